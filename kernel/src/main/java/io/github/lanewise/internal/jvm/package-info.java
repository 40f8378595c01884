/** What the process was asked for at its start, and what its JVM tells of itself. */
@NullMarked
package io.github.lanewise.internal.jvm;

import org.jspecify.annotations.NullMarked;
