package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelFamily;

/**
 * What serves a family.
 *
 * @param settled whether that is the last word
 * @param ratio how many times as fast the vector form is; NaN if that was not measured
 */
public record FamilyState(
    KernelFamily family, boolean vector, boolean settled, double ratio, String reason) {}
