/** Who answers the comparison's questions without a native library. */
@NullMarked
package io.github.lanewise.bench.contender;

import org.jspecify.annotations.NullMarked;
