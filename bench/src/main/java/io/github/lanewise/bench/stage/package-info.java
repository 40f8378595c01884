/** What the programs here stand on: a terminal, a progress bar, a way to fail. */
@NullMarked
package io.github.lanewise.bench.stage;

import org.jspecify.annotations.NullMarked;
