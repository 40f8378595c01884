/**
 * What the kernel's tests share: seeded inputs that replay, and the arithmetic contract written
 * out.
 */
@NullMarked
package io.github.lanewise.testing;

import org.jspecify.annotations.NullMarked;
