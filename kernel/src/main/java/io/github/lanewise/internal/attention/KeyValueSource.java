package io.github.lanewise.internal.attention;

/** Where the keys and values of a call come from. */
interface KeyValueSource {

  /** The most keys of one head that have to be packed; 0 if all can be used where they lie. */
  long mostPacked();

  /**
   * Points the chunk to the source's own memory, if that has the layout of the tiles.
   *
   * @return false, with nothing done, if the chunk has to be packed
   */
  boolean place(PackedChunk chunk);

  /**
   * Fills the chunk's room: the keys {@code [from, end)} that are seen. The rest of the room is
   * zero, or at least no obstacle: a lane beyond the last key, a value that is finite.
   */
  void pack(PackedChunk chunk, QueryBlock worker);
}
