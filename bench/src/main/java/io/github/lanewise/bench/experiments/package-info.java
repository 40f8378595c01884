/** The experiments that the articles about attention describe, on a small transformer. */
@NullMarked
package io.github.lanewise.bench.experiments;

import org.jspecify.annotations.NullMarked;
