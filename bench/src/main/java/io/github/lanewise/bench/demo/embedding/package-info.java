/** First part of the demo: sentence embeddings, searched, checked, timed and drawn. */
@NullMarked
package io.github.lanewise.bench.demo.embedding;

import org.jspecify.annotations.NullMarked;
