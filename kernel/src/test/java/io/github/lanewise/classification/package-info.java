@NullMarked
package io.github.lanewise.classification;

import org.jspecify.annotations.NullMarked;
