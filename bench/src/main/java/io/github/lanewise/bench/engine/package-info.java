/**
 * A decoder with random weights that serves many requests at once: how a cache, ragged batches,
 * packed weights, rows of a layer and the sampler go together in an engine.
 */
@NullMarked
package io.github.lanewise.bench.engine;

import org.jspecify.annotations.NullMarked;
