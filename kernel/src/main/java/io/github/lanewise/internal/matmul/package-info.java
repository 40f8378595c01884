/** Matrix products: the cut into blocks, the packing of the operands, and the way back. */
@NullMarked
package io.github.lanewise.internal.matmul;

import org.jspecify.annotations.NullMarked;
