/**
 * A small transformer that learns to guess the next character: forward and backward from the
 * library, the rest in plain Java.
 */
@NullMarked
package io.github.lanewise.bench.training;

import org.jspecify.annotations.NullMarked;
