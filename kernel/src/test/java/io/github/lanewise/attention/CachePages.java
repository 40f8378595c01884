package io.github.lanewise.attention;

import io.github.lanewise.internal.cache.PagedCache;

/** The pages of a cache, for tests in other packages. */
public final class CachePages {

  private CachePages() {}

  public static PagedCache of(KeyValueCache cache) {
    return cache.pages();
  }
}
