package io.github.lanewise.internal.sampling;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;

/** Some tokens of a row, in ascending order of their indices. */
final class Candidates {

  private final long[] bits = new long[CHUNK / Long.SIZE];

  private long[] keys = new long[0];
  private float[] logits = new float[0];
  private float[] weights = new float[0];
  private long[] units = new long[0];
  private int count;

  /** Copies of keys and units that a selection may reorder. */
  private long[] selectedKeys = new long[0];

  private long[] selectedUnits = new long[0];

  int count() {
    return count;
  }

  /** The k-th largest of the blocks' maxima. */
  float blockMaximum(LogitRow row, int k) {
    int blocks = row.blocks();
    if (selectedKeys.length < blocks) {
      selectedKeys = new long[blocks];
      selectedUnits = new long[blocks];
    }
    for (int block = 0; block < blocks; block++) {
      selectedKeys[block] = TokenOrder.key(row.blockMaxima[block], block);
      selectedUnits[block] = 1L;
    }
    return TokenOrder.logit(TokenOrder.reaching(selectedKeys, selectedUnits, blocks, k));
  }

  /** Takes the tokens with least ≤ logit &lt; below. */
  void collect(LogitRow row, float least, float below) {
    count = 0;
    for (int block = 0; block < row.blocks(); block++) {
      if (row.blockMaxima[block] >= least) {
        int begin = block * CHUNK;
        int length = Math.min(CHUNK, row.length - begin);
        Kernels.sampling().between(row.logits, row.from + begin, length, least, below, bits);
        if (keys.length < count + CHUNK) {
          keys = Arrays.copyOf(keys, Math.max(count + 4 * CHUNK, count + (count >> 1)));
        }
        for (int word = 0; word << 6 < length; word++) {
          add(row, begin + (word << 6), bits[word]);
        }
      }
    }
  }

  private void add(LogitRow row, int begin, long set) {
    int at = count;
    for (long left = set; left != 0; left &= left - 1) {
      int token = begin + Long.numberOfTrailingZeros(left);
      keys[at++] = TokenOrder.key(row.logits[row.from + token], token);
    }
    count = at;
  }

  /** The key of the target-th token in order. */
  long keyOf(long target) {
    prepare();
    Arrays.fill(selectedUnits, 0, count, 1L);
    return TokenOrder.reaching(selectedKeys, selectedUnits, count, target);
  }

  /** The key up to which the tokens, in order, have so many units. */
  long keyReaching(long target) {
    prepare();
    System.arraycopy(units, 0, selectedUnits, 0, count);
    return TokenOrder.reaching(selectedKeys, selectedUnits, count, target);
  }

  private void prepare() {
    if (selectedKeys.length < count) {
      selectedKeys = new long[keys.length];
      selectedUnits = new long[keys.length];
    }
    System.arraycopy(keys, 0, selectedKeys, 0, count);
  }

  /** Keeps the tokens up to a key; their weights have yet to be computed. */
  void keepTo(long key) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      keys[kept] = keys[i];
      kept += keys[i] <= key ? 1 : 0;
    }
    count = kept;
  }

  /** Computes all weights, and their units; returns the sum of these. */
  long weigh(float max, float temperature, float[] scratch) {
    if (logits.length < count) {
      logits = new float[keys.length];
      weights = new float[keys.length];
      units = new long[keys.length];
    }
    for (int i = 0; i < count; i++) {
      logits[i] = TokenOrder.logit(keys[i]);
    }
    LogitRow.weigh(logits, 0, weights, 0, count, max, temperature, scratch);
    for (int i = 0; i < count; i++) {
      units[i] = SamplingKernels.units(weights[i]);
    }
    return units();
  }

  long units() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += units[i];
    }
    return sum;
  }

  /** Sets the units of all tokens beyond a key, and of those that weigh less, to 0. */
  void drop(long beyond, float leastWeight) {
    for (int i = 0; i < count; i++) {
      if (keys[i] > beyond || weights[i] < leastWeight) {
        units[i] = 0L;
      }
    }
  }

  /** Takes out all tokens beyond a key, and those that weigh less. */
  void keep(long beyond, float leastWeight) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      keys[kept] = keys[i];
      kept += keys[i] <= beyond && weights[i] >= leastWeight ? 1 : 0;
    }
    count = kept;
  }

  /** The token that is i-th in ascending order, or after {@link #sort} in that of the logits. */
  int token(int i) {
    return TokenOrder.index(keys[i]);
  }

  /** Puts the tokens in the order of their logits. */
  void sort() {
    TokenOrder.sort(keys, count);
  }

  /** The first token whose units, and those of all before it, are more than {@code units}. */
  int tokenAt(long units) {
    long left = units;
    int i = 0;
    while (this.units[i] <= left) {
      left -= this.units[i++];
    }
    return TokenOrder.index(keys[i]);
  }
}
