/**
 * Workers: threads that take the tasks of a call in order, and the buffers that each of them keeps.
 */
@NullMarked
package io.github.lanewise.internal.work;

import org.jspecify.annotations.NullMarked;
