/**
 * What is compared, by whom, and how: questions, contenders, and the runs that let them take turns.
 */
@NullMarked
package io.github.lanewise.bench.comparison;

import org.jspecify.annotations.NullMarked;
