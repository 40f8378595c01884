package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.attention.StateContent;
import io.github.lanewise.internal.attention.StateFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Attention over a part of the keys: a partial result that can be merged with those of other parts,
 * stored, sent elsewhere, and in the end turned into the result over all keys.
 *
 * <p>Of the keys that it holds a state keeps, for each row, the largest score m, the sum of the
 * weights l = Σ exp(s - m), the moment Σ exp(s - m)·(s - m) and the weighted values o = Σ exp(s -
 * m)·v. Two of these merge into one: with m = max(m₁, m₂), l = l₁·exp(m₁ - m) + l₂·exp(m₂ - m), and
 * the values alike. {@link Attention#partial} adds the keys of a shard, {@link #merge} those of
 * another state, and {@link #writeTo} gives o·r with r = 1 / l.
 *
 * <pre>{@code
 * AttentionState state = AttentionState.empty(batch, queryHeads, queryLength, valueDim);
 * attention.partial(q, k0, v0, 0, state, workers);            // keys 0 to 1023 on one machine,
 * other = AttentionState.load(stream);                        // those from 1024 on from another
 * state.merge(other);
 * state.writeTo(out, RowStatistics.none());
 * }</pre>
 *
 * <p><b>Same bits.</b> Shards that begin and end at multiples of 256 keys (the last one may end
 * anywhere) give the bits of {@link Attention#forward(FloatTensor, FloatTensor, FloatTensor,
 * FloatTensor, RowStatistics, io.github.lanewise.Workers) forward} over all keys, however they are
 * grouped and in whatever order they arrive: a state keeps the nodes of the tree by which forward
 * merges its chunks, and merges them when neighbours meet. Shards that are cut elsewhere give
 * another result within the bound below; it too depends on the cuts alone, not on grouping or
 * order.
 *
 * <p>Which keys it holds a state knows exactly: none is counted twice, and none is left out
 * unnoticed. The empty state is the identity of {@link #merge}.
 *
 * <p><b>Accuracy.</b> That of {@link Attention}, for any shards. <b>Special values.</b> Those of
 * {@link Attention}; a row without a visible key gives 0.
 *
 * <p><b>Errors.</b> What cannot be merged throws IllegalArgumentException and changes nothing.
 *
 * <p><b>Allocation.</b> A state takes {@code 4·(3 + valueDim)} bytes for each row and run of keys;
 * there are at most two runs for each doubling of the number of keys where these are without a gap,
 * and none where no row sees any key of it. A merge makes new arrays only of what meets.
 *
 * <p><b>Threading.</b> Thread-safe: each change takes effect at once or, if it fails, not at all,
 * and the result does not depend on the order. Threads may add shards to one state at a time.
 *
 * <p><b>Source.</b> Milakov and Gimelshein, Online normalizer calculation for softmax,
 * arXiv:1805.02867; Ye et al., FlashInfer, arXiv:2501.01005.
 */
public final class AttentionState {

  private volatile StateContent content;

  private AttentionState(StateContent content) {
    this.content = content;
  }

  /**
   * A state that holds no keys: what every row starts from, and the identity of {@link #merge}.
   *
   * @param batch of the queries, as are the next two
   * @throws IllegalArgumentException if a size is negative, or the rows take more than an array
   *     holds: batch · queryHeads · queryLength · (3 + valueDim) floats
   */
  public static AttentionState empty(long batch, long queryHeads, long queryLength, long valueDim) {
    return new AttentionState(
        StateContent.empty(new StateContent.Shape(batch, queryHeads, queryLength, valueDim)));
  }

  /** Batch elements of the queries. */
  public long batch() {
    return content.shape().batch();
  }

  /** Heads of the queries. */
  public long queryHeads() {
    return content.shape().queryHeads();
  }

  /** Queries of a head. */
  public long queryLength() {
    return content.shape().queryLength();
  }

  /** Elements of a value. */
  public long valueDim() {
    return content.shape().valueDim();
  }

  /** Number of keys that this state holds, visible or not. */
  public long keys() {
    return content.keys();
  }

  /**
   * Adds what another state holds; the other one stays as it is. Commutative and associative, bit
   * for bit.
   *
   * @throws IllegalArgumentException if the shapes differ, if both hold the same key, or if they
   *     come from calls with different sinks; nothing is changed then
   */
  public void merge(AttentionState other) {
    Objects.requireNonNull(other, "other");
    add(other.content); // read before the lock is taken: two states may merge each other
  }

  synchronized void add(StateContent more) {
    content = content.plus(more);
  }

  StateContent content() {
    return content;
  }

  /**
   * Writes the result of attention over the keys that this state holds. The sinks join here. The
   * state stays as it is, and more keys may follow.
   *
   * @param out [batch, queryHeads, queryLength, valueDim]; 0 where a row sees no key
   * @param statistics as in {@link Attention#forward(FloatTensor, FloatTensor, FloatTensor,
   *     FloatTensor, RowStatistics, io.github.lanewise.Workers) forward}
   * @throws IllegalStateException if a key is missing: those held must be 0 to some last one
   * @throws IllegalArgumentException if a tensor does not fit; nothing is written then
   */
  public void writeTo(FloatTensor out, RowStatistics statistics) {
    Objects.requireNonNull(out, "out");
    Objects.requireNonNull(statistics, "statistics");
    content.write(out, statistics);
  }

  /**
   * Writes this state in a format of its own: with a version, little-endian, and with checksums. A
   * state has the same bytes on every machine. The stream is neither flushed nor closed.
   *
   * @throws IOException if the stream throws one
   */
  public void save(OutputStream out) throws IOException {
    StateFormat.save(content, Objects.requireNonNull(out, "out"));
  }

  /**
   * Reads a state that {@link #save} has written, bit for bit. Reads not a byte more, so that
   * states may follow each other in a stream, which stays open. In small pieces: a stream from a
   * file is best buffered. Takes no more memory than twice what there is to read.
   *
   * @throws IOException if the bytes are no such state, of another version, damaged or too few, or
   *     if the stream throws one
   */
  public static AttentionState load(InputStream in) throws IOException {
    return new AttentionState(StateFormat.load(Objects.requireNonNull(in, "in")));
  }

  /** The keys that are held. */
  @Override
  public String toString() {
    StateContent.Shape s = content.shape();
    return "AttentionState["
        + s.batch()
        + ", "
        + s.queryHeads()
        + ", "
        + s.queryLength()
        + ", "
        + s.valueDim()
        + "] of "
        + content;
  }
}
