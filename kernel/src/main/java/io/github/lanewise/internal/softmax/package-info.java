/** Softmax of rows: what a row goes through, and how rows are dealt out to threads. */
@NullMarked
package io.github.lanewise.internal.softmax;

import org.jspecify.annotations.NullMarked;
