/** Who computes: crews of threads that take tasks in order, and the buffers each of them keeps. */
@NullMarked
package io.github.lanewise.internal.work;

import org.jspecify.annotations.NullMarked;
