/**
 * What a run measures besides the contenders: the limits of the machine, what it is, and what else
 * it did.
 */
@NullMarked
package io.github.lanewise.bench.machine;

import org.jspecify.annotations.NullMarked;
