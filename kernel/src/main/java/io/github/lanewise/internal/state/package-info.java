/**
 * What attention over a part of the keys leaves behind: merged, stored, and turned into results.
 */
@NullMarked
package io.github.lanewise.internal.state;

import org.jspecify.annotations.NullMarked;
