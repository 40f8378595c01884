package io.github.lanewise.internal.cache;

import io.github.lanewise.attention.KeyValueCache;
import org.jspecify.annotations.Nullable;

/** Lets the rooms of this library look into a cache without making its inside public. */
public abstract class CacheAccess {

  private static @Nullable CacheAccess access;

  /** Called once, by the class that is looked into. */
  public static void install(CacheAccess implementation) {
    access = implementation;
  }

  /** The pages of a cache. */
  public static PagedCache of(KeyValueCache cache) {
    CacheAccess installed = access; // a cache exists, so its class is initialised
    assert installed != null;
    return installed.pages(cache);
  }

  /** A cache over pages. */
  static KeyValueCache cache(PagedCache pages) {
    CacheAccess installed = access; // pages are made by a cache or its builder
    assert installed != null;
    return installed.over(pages);
  }

  protected abstract PagedCache pages(KeyValueCache cache);

  protected abstract KeyValueCache over(PagedCache pages);
}
