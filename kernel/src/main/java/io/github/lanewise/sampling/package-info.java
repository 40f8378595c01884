/** The choice of a token from a language model's logits. */
@NullMarked
package io.github.lanewise.sampling;

import org.jspecify.annotations.NullMarked;
