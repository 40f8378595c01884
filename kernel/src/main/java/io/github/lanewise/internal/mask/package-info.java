/** Masks as expression trees, and the plan that answers which keys a query row sees. */
@NullMarked
package io.github.lanewise.internal.mask;

import org.jspecify.annotations.NullMarked;
