/** How exact contenders are where time is not the question. */
@NullMarked
package io.github.lanewise.bench.accuracy;

import org.jspecify.annotations.NullMarked;
