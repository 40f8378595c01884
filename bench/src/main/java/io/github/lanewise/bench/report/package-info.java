/** The comparison as a page: every figure and picture follows from a stored result. */
@NullMarked
package io.github.lanewise.bench.report;

import org.jspecify.annotations.NullMarked;
