/** Constant matrices, packed once, and the products with them. */
@NullMarked
package io.github.lanewise.internal.packed;

import org.jspecify.annotations.NullMarked;
