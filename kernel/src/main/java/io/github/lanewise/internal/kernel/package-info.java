/** The interfaces between the operators and the two implementations of their kernels. */
@NullMarked
package io.github.lanewise.internal.kernel;

import org.jspecify.annotations.NullMarked;
