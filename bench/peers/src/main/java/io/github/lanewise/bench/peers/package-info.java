/** Other libraries as contenders, native ones among them; each is found by its service file. */
@NullMarked
package io.github.lanewise.bench.peers;

import org.jspecify.annotations.NullMarked;
