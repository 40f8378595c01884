/**
 * Attention of few queries over a cache: memory-bound, in lanes over keys and over value columns,
 * with the bits of the general path.
 */
@NullMarked
package io.github.lanewise.internal.decode;

import org.jspecify.annotations.NullMarked;
