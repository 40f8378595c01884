package io.github.lanewise.attention;

import io.github.lanewise.internal.cache.PagedCache;

/** The pages of a cache, for tests in other packages. */
public final class CachePages {

  private CachePages() {}

  @SuppressWarnings("exports") // the tests are patched into the module
  public static PagedCache of(KeyValueCache cache) {
    return cache.pages();
  }
}
