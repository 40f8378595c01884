/**
 * Attention: the cut into heads, blocks of queries and chunks of keys; the short way of few queries
 * over a cache, in lanes over keys and over value columns with the same bits; and the merge of what
 * parts of the keys leave behind, within a call, across shards, and stored between calls.
 */
@NullMarked
package io.github.lanewise.internal.attention;

import org.jspecify.annotations.NullMarked;
