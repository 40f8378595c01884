/** The key-value cache: pages, the tables that find them, and what readers hold on to. */
@NullMarked
package io.github.lanewise.internal.cache;

import org.jspecify.annotations.NullMarked;
