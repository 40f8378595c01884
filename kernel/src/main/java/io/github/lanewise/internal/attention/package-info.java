/**
 * Attention: the cut into heads, bundles of queries and chunks of keys, and the merge of chunks.
 */
@NullMarked
package io.github.lanewise.internal.attention;

import org.jspecify.annotations.NullMarked;
