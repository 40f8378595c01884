/**
 * Primitives, masked softmax and matrix products over strided float32 tensors, for the calling
 * thread or a team of workers.
 */
@NullMarked
package io.github.lanewise;

import org.jspecify.annotations.NullMarked;
