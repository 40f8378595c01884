/** What a decoder layer does between its products, row by row: norms, activations, rotations. */
@NullMarked
package io.github.lanewise.internal.rows;

import org.jspecify.annotations.NullMarked;
