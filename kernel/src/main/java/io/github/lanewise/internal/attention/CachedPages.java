package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.Page;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.cache.PageReader;

/** The pages of a cache, which are read where they lie. */
final class CachedPages extends DecodePages {

  private final PageReader reader = new PageReader();
  private CacheSnapshot cache;
  private PageLayout layout;
  private int sequence;

  @SuppressWarnings("NullAway.Init") // bound before use
  CachedPages() {}

  void bind(CacheSnapshot cache, int sequence) {
    this.cache = cache;
    this.sequence = sequence;
    layout = cache.layout();
  }

  @Override
  boolean areLoaded() {
    return false;
  }

  @Override
  void load(int head, long chunk0, int from, int end) {}

  @Override
  boolean hold(long token) {
    return cache.nextHeld(sequence, token) == token;
  }

  @Override
  void findKeys(int head, long token, int groups) {
    reader.findKeys(layout, page(token), head, inPage(token), groups);
    found();
  }

  @Override
  void findValues(int head, long token, int tokens) {
    reader.findValues(layout, page(token), head, inPage(token), tokens);
    found();
  }

  private void found() {
    array = reader.array;
    from = reader.from;
    stride = reader.stride;
  }

  private int inPage(long token) {
    return (int) (token % layout.pageLength);
  }

  @Override
  boolean areFinite(long token) {
    return page(token).allFinite;
  }

  @Override
  Page page(long token) {
    return cache.page(sequence, token);
  }

  @Override
  @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
  void release() {
    super.release();
    reader.release();
    cache = null;
    layout = null;
  }
}
