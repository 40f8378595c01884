/** The scalar implementation: the same bits as the vector one, without the incubator module. */
@NullMarked
package io.github.lanewise.internal.scalar;

import org.jspecify.annotations.NullMarked;
