/** Written by src/build/GenerateDelegates.java; do not edit. */
@NullMarked
package io.github.lanewise.internal.trial.generated;

import org.jspecify.annotations.NullMarked;
