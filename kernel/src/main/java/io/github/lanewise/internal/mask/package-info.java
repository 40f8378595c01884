/**
 * Visibility. A mask is an expression of ranges, arrays, and, or; a plan binds it to the shape of a
 * call and answers which keys one row sees; a group of rows answers for all of its rows together,
 * row by row, or as one word of rows for each key.
 */
@NullMarked
package io.github.lanewise.internal.mask;

import org.jspecify.annotations.NullMarked;
