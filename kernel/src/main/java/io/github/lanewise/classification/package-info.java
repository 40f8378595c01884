/** The loss of a classifier with its gradient, and the temperature that calibrates it. */
@NullMarked
package io.github.lanewise.classification;

import org.jspecify.annotations.NullMarked;
