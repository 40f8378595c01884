package io.github.lanewise;

import io.github.lanewise.internal.runtime.FallbackWarning;

/**
 * Warns that scalar kernels run because of what is wrong with the process.
 *
 * <p>The logger prints the class and the method that call it, so that the call is made from the
 * package that users know: the header reads {@code io.github.lanewise.ScalarFallback warn}.
 */
final class ScalarFallback implements FallbackWarning {
  ScalarFallback() {}

  @Override
  public void warn(String text) {
    System.getLogger(LOGGER).log(System.Logger.Level.WARNING, text);
  }
}
