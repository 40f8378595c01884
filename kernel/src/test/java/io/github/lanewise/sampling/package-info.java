@NullMarked
package io.github.lanewise.sampling;

import org.jspecify.annotations.NullMarked;
