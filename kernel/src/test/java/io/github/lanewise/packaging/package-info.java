/** What the library promises as a whole: which module it is, and what its classes link to. */
@NullMarked
package io.github.lanewise.packaging;

import org.jspecify.annotations.NullMarked;
