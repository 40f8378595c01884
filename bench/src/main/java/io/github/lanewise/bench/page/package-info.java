/** A page: well-formed mark-up, its style sheet and its figures, with no script. */
@NullMarked
package io.github.lanewise.bench.page;

import org.jspecify.annotations.NullMarked;
