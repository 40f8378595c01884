/** The vector implementation. Every import of {@code jdk.incubator.vector} is in this package. */
@NullMarked
package io.github.lanewise.internal.vector;

import org.jspecify.annotations.NullMarked;
