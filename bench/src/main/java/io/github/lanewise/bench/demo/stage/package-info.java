/** What every part of the demo stands on: its terminal, its progress bar, its way to fail. */
@NullMarked
package io.github.lanewise.bench.demo.stage;

import org.jspecify.annotations.NullMarked;
