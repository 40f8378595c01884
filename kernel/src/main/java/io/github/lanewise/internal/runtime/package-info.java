/** Chooses, once per process, which implementation of the kernels runs. */
@NullMarked
package io.github.lanewise.internal.runtime;

import org.jspecify.annotations.NullMarked;
