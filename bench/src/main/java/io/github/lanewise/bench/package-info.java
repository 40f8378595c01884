/** JMH benchmarks of the kernel next to its peers. */
@NullMarked
package io.github.lanewise.bench;

import org.jspecify.annotations.NullMarked;
