/** Scaled dot-product attention that never materialises the matrix of scores. */
@NullMarked
package io.github.lanewise.attention;

import org.jspecify.annotations.NullMarked;
