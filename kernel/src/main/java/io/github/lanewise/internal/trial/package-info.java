/**
 * Vector kernels at work on data of their own, until they are compiled, and against the scalar ones
 * for time: what {@link io.github.lanewise.internal.runtime.Trial} decides by.
 */
@NullMarked
package io.github.lanewise.internal.trial;

import org.jspecify.annotations.NullMarked;
