/** The demo's second part: attention over a memory that grows token by token. */
@NullMarked
package io.github.lanewise.bench.demo.streaming;

import org.jspecify.annotations.NullMarked;
