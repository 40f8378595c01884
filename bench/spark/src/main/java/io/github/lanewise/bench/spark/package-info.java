/** Attention over keys that are sharded on Apache Spark: {@code mvn -Pspark}. */
@NullMarked
package io.github.lanewise.bench.spark;

import org.jspecify.annotations.NullMarked;
