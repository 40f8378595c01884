/**
 * Programs that measure: JMH benchmarks, the regression gate, warm-up, and the comparison's start.
 */
@NullMarked
package io.github.lanewise.bench;

import org.jspecify.annotations.NullMarked;
