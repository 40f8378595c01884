/** The search for the temperature that calibrates a classifier. */
@NullMarked
package io.github.lanewise.internal.calibration;

import org.jspecify.annotations.NullMarked;
