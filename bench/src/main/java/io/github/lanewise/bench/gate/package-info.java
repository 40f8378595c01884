/** The regression gate: whether kernels still run in vectors, and without garbage. */
@NullMarked
package io.github.lanewise.bench.gate;

import org.jspecify.annotations.NullMarked;
