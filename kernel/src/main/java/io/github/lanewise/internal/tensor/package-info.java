/** What a tensor is inside: storage, strides, argument checks, and the exact test for overlap. */
@NullMarked
package io.github.lanewise.internal.tensor;

import org.jspecify.annotations.NullMarked;
