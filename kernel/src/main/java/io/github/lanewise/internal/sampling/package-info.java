/** Choosing a token: the row's passes, the kept tokens, and the search for where they end. */
@NullMarked
package io.github.lanewise.internal.sampling;

import org.jspecify.annotations.NullMarked;
