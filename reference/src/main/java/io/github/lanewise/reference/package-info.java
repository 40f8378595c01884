/**
 * The scalar oracle: softmax and attention in double precision, one plain loop per line of the
 * formula.
 *
 * <p>Read it in this order, from naive to good: {@link io.github.lanewise.reference.Primitives max,
 * exp, sum, divide, log-sum-exp}, {@link io.github.lanewise.reference.ReferenceSoftmax softmax}
 * beside the alternatives that fail, {@link io.github.lanewise.reference.Visibility masks}, {@link
 * io.github.lanewise.reference.ReferenceAttention attention} and its {@link
 * io.github.lanewise.reference.AttentionGradients gradients}, {@link
 * io.github.lanewise.reference.ReferenceSampler the choice of a token}. {@link
 * io.github.lanewise.reference.PlainFloatAttention} is the same formula in float, the yardstick of
 * the kernel's error bound, and {@link io.github.lanewise.reference.CorrectlyRounded} the correctly
 * rounded float exp.
 *
 * <p>Nothing here is fast, and nothing here depends on the kernel that it judges.
 */
@NullMarked
package io.github.lanewise.reference;

import org.jspecify.annotations.NullMarked;
