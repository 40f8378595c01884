/** What a run measured, as it is stored and read back: JSON for programs, CSV for spreadsheets. */
@NullMarked
package io.github.lanewise.bench.result;

import org.jspecify.annotations.NullMarked;
