/**
 * Numbers as bytes, in blocks with checksums: what the formats of states and of sequences share.
 */
@NullMarked
package io.github.lanewise.internal.format;

import org.jspecify.annotations.NullMarked;
