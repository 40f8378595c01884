package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.attention.AttentionCall;
import io.github.lanewise.internal.attention.AttentionOptions;
import io.github.lanewise.internal.attention.StateContent;
import io.github.lanewise.internal.cache.PagedCache;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention: {@code out = softmax(scores)·V}, row by row, in one pass over keys
 * and values.
 *
 * <p>The score of query i and key j of a head is {@code scale·(q_i · k_j)}; then, where asked for
 * and in this order: {@code softcap·tanh(s / softcap)}, plus the bias, minus ALiBi's {@code
 * slope·|j - p|} (p = i + offset, the mask's offset if it names one, else keyLength - queryLength),
 * divided by the head's temperature. Keys that the mask hides take no part, and neither do their
 * values, whatever they contain. A sink is a further logit of the head that joins the softmax
 * without a value and without being divided by the temperature. Query head h uses key head {@code h
 * / (queryHeads / keyHeads)}. Dropout leaves out some weights before they meet their values, and
 * enlarges the others.
 *
 * <p>Shapes: q [batch, queryHeads, queryLength, headDim], k [batch, keyHeads, keyLength, headDim],
 * v [batch, keyHeads, keyLength, valueDim], out [batch, queryHeads, queryLength, valueDim],
 * statistics [batch, queryHeads, queryLength]. Views in any layout will do as long as the last axis
 * is contiguous, {@code [batch, length, heads, dim]} through {@link FloatTensor#permute} for
 * instance. Memory does not grow with queryLength · keyLength.
 *
 * <p><b>Accuracy.</b> Beside a plain float implementation of the same formula, over the whole
 * tensor: the largest error is at most twice as large plus u·max|v|, u = 2⁻²⁴, and the root mean
 * square of the errors at most 1.1 times as large. For queries and keys of unit variance, headDim
 * up to 256 and keyLength up to 8192 no error exceeds 1.5e-6·max|v|. All of it is measured against
 * the oracle in double precision.
 *
 * <p><b>Same bits.</b> A row's result depends on nothing but the row, the keys and values it sees
 * and the options: not on lane width, thread count, layout, warm-up, or the other rows of the call.
 *
 * <p><b>Special values.</b> A row that sees no key, or only scores of -inf, gives 0 (logSumExp
 * -inf, or the sink; entropy and maxWeight 0). A NaN or +inf score at a visible key makes the row
 * NaN. A score of -inf has weight 0, and its value is not read. Temperature 0 gives the value at
 * the first of the largest scores (logSumExp NaN, entropy 0, maxWeight 1); an infinite temperature
 * weighs all scores above -inf alike. Results are never -0.
 *
 * <p><b>Errors.</b> Wrong shapes, ranges and overlaps throw IllegalArgumentException with both
 * numbers, null throws NullPointerException, a closed arena or closed workers
 * IllegalStateException, all before anything is written. {@code out} may be exactly q, k or v;
 * other overlaps are refused.
 *
 * <p><b>Allocation.</b> None in steady state on the calling thread. <b>Threading.</b> Immutable and
 * thread-safe.
 *
 * <p><b>Source.</b> Vaswani et al., Attention Is All You Need, arXiv:1706.03762; the merge of
 * partial results: Milakov and Gimelshein, Online normalizer calculation for softmax,
 * arXiv:1805.02867; ALiBi: Press et al., arXiv:2108.12409; grouped heads: Ainslie et al.,
 * arXiv:2305.13245; sinks: Xiao et al., arXiv:2309.17453.
 */
public final class Attention {

  private final AttentionOptions options;

  private Attention(AttentionOptions options) {
    this.options = options;
  }

  /** Plain attention until told otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Computes {@code out} on the calling thread.
   *
   * @param q [batch, queryHeads, queryLength, headDim]
   * @param k [batch, keyHeads, keyLength, headDim]
   * @param v [batch, keyHeads, keyLength, valueDim]
   * @param out [batch, queryHeads, queryLength, valueDim]
   */
  public void forward(FloatTensor q, FloatTensor k, FloatTensor v, FloatTensor out) {
    forward(q, k, v, out, RowStatistics.none(), Workers.caller());
  }

  /**
   * {@link #forward(FloatTensor, FloatTensor, FloatTensor, FloatTensor, RowStatistics, Workers)} on
   * this thread alone.
   */
  public void forward(
      FloatTensor q, FloatTensor k, FloatTensor v, FloatTensor out, RowStatistics statistics) {
    forward(q, k, v, out, statistics, Workers.caller());
  }

  /**
   * Computes {@code out}, and of {@code statistics} what is wanted, in the same pass.
   *
   * @param q [batch, queryHeads, queryLength, headDim]
   * @param k [batch, keyHeads, keyLength, headDim]
   * @param v [batch, keyHeads, keyLength, valueDim]
   * @param out [batch, queryHeads, queryLength, valueDim]
   * @param statistics [batch, queryHeads, queryLength] each: logSumExp in nats after every step of
   *     the score, the sink included; entropy in nats of the softmax, the sink being one of its
   *     outcomes; maxWeight, the largest weight of a key
   * @param workers who computes
   */
  public void forward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    AttentionCall.forward(options, q, k, v, out, statistics, workers);
  }

  /**
   * Computes {@code out} over the keys and values of a cache, as they are when the call begins. Of
   * a sequence's keys its queries are the last: in masks without an offset and in ALiBi query i
   * stands at {@code cache.length(sequence) - queryLength + i}. Arrays of masks and bias have
   * {@code cache.length()} columns or more: positions are absolute, so that one array will do for
   * many steps. No row sees beyond its own sequence.
   *
   * <p>With float32 storage the bits are those of {@link #forward(FloatTensor, FloatTensor,
   * FloatTensor, FloatTensor)} over the same keys and values; with the others one row's bits are
   * the same however many rows a call has.
   *
   * @param q [batch, queryHeads, queryLength, headDim]; queryHeads is a multiple of the cache's
   *     keyHeads
   * @param cache may be appended to meanwhile, which this call does not see
   * @param out [batch, queryHeads, queryLength, valueDim]
   * @param statistics [batch, queryHeads, queryLength] each
   * @param workers who computes
   * @throws IllegalArgumentException also if a query sees a key that {@link KeyValueCache#retain}
   *     has released
   * @throws IllegalStateException if the cache or its arena is closed
   */
  public void forward(
      FloatTensor q,
      KeyValueCache cache,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    PagedCache pages = Objects.requireNonNull(cache, "cache").pages();
    AttentionCall.forward(options, q, pages, out, statistics, workers);
  }

  /**
   * Computes {@code out} for the last tokens of some sequences of a cache, as many as the batch
   * says of each: a step of a server, in which most sequences bring one token, some a prompt, and
   * some nothing. Append the step's keys and values first.
   *
   * <p>Every row has the bits that it has in a call of its own, {@link #forward(FloatTensor,
   * KeyValueCache, FloatTensor, RowStatistics, Workers)} over a cache of that sequence alone. The
   * batch axis of masks, key lengths and bias is the sequence's number in the cache, their axis of
   * queries is 1, and that of keys {@code cache.length()} or more. Positions count in each sequence
   * by itself: without an offset in the mask, query i of n stands at {@code cache.length(sequence)
   * - n + i}. Threads share the work by what is visible, not by sequences.
   *
   * @param q [tokens, queryHeads, headDim], in the order of the batch
   * @param cache may be appended to meanwhile, which this call does not see
   * @param batch which sequences, and how many of their tokens
   * @param out [tokens, queryHeads, valueDim]
   * @param statistics [tokens, queryHeads] each
   * @param workers who computes
   * @throws IllegalArgumentException also if the batch names a sequence twice, if a sequence holds
   *     fewer tokens than are asked for, or if a query sees a key that was released
   * @throws IndexOutOfBoundsException if the cache has no such sequence
   * @throws IllegalStateException if the cache or its arena is closed
   */
  public void forward(
      FloatTensor q,
      KeyValueCache cache,
      RaggedBatch batch,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    PagedCache pages = Objects.requireNonNull(cache, "cache").pages();
    Objects.requireNonNull(batch, "batch");
    AttentionCall.forward(
        options, q, pages, batch.sequences(), batch.lengths(), out, statistics, workers);
  }

  /**
   * Computes {@code out} for sequences of different lengths that lie one after another in the same
   * tensors. Sequence s has the queries from {@code queryStarts[s]} to {@code queryStarts[s + 1] -
   * 1} and the keys from {@code keyStarts[s]} to {@code keyStarts[s + 1] - 1} ("cu_seqlens"); no
   * query sees a key of another sequence.
   *
   * <p>Every row has the bits that it has in a call of its sequence alone. The batch axis of masks,
   * key lengths and bias is the sequence's index, their axis of queries is 1, and that of keys the
   * longest sequence's number of keys or more. Positions count in each sequence by itself, and the
   * default offset is its number of keys less its number of queries.
   *
   * @param q [queries, queryHeads, headDim]
   * @param k [keys, keyHeads, headDim]
   * @param v [keys, keyHeads, valueDim]
   * @param queryStarts one more than there are sequences, from 0 to {@code q.size(0)}, not
   *     descending; equal neighbours are a sequence without queries
   * @param keyStarts as many, from 0 to {@code k.size(0)}
   * @param out [queries, queryHeads, valueDim]
   * @param statistics [queries, queryHeads] each
   * @param workers who computes
   */
  public void forward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      int[] queryStarts,
      int[] keyStarts,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    AttentionCall.forward(options, q, k, v, queryStarts, keyStarts, out, statistics, workers);
  }

  /**
   * Computes the softmax weights themselves: {@code p = exp(s - m)·r}, r = 1 / l, 0 at invisible
   * keys, NaN at all visible ones of a row with a NaN or +inf score. With a sink a row sums to less
   * than 1.
   *
   * @param q [batch, queryHeads, queryLength, headDim]
   * @param k [batch, keyHeads, keyLength, headDim]
   * @param p [batch, queryHeads, queryLength, keyLength], written
   * @param workers who computes
   */
  public void weights(FloatTensor q, FloatTensor k, FloatTensor p, Workers workers) {
    AttentionCall.weights(options, q, k, p, workers);
  }

  /**
   * Computes attention over a shard of the keys and merges it into {@code state}, of which {@link
   * AttentionState#writeTo} makes the result once all keys have come. Positions are those of all
   * keys: row 0 of k is key {@code firstKey}, masks, key lengths and columns of the bias count from
   * key 0, and arrays may be wider than the shard's end.
   *
   * <p>What depends on the number of all keys is refused: {@code causal()} and {@code window(left,
   * right)} without an offset, and ALiBi unless the mask names one. So is temperature 0.
   *
   * @param q [batch, queryHeads, queryLength, headDim]
   * @param k [batch, keyHeads, shardLength, headDim]
   * @param v [batch, keyHeads, shardLength, valueDim]
   * @param firstKey position of the shard's first key; a multiple of 256 for the bits of the whole
   * @param state of {@code [batch, queryHeads, queryLength]} rows and {@code valueDim} values;
   *     takes note of the sinks, which must be the same in all calls
   * @param workers who computes
   * @throws IllegalArgumentException also if the state holds one of the keys; it is unchanged then
   */
  public void partial(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      long firstKey,
      AttentionState state,
      Workers workers) {
    StateContent before = Objects.requireNonNull(state, "state").content();
    state.add(AttentionCall.partial(options, q, k, v, firstKey, before, workers));
  }

  /**
   * Computes the gradients of a loss by q, k and v from its gradient by {@code out}. The weights
   * are computed anew from logSumExp, chunk by chunk: with p the weight of a key, s its score, D
   * the product of dOut and out of the row,
   *
   * <pre>
   *   dv += p·dOut      dp = dOut·v      ds = p·(dp - D)      dq += ds'·k      dk += ds'·q
   * </pre>
   *
   * ds' being ds taken back through temperature, softcap and scale. The heads of a group add up in
   * dk and dv.
   *
   * <p>Keys and values that a query does not see get exactly 0 from it, whatever they, the query or
   * its dOut contain; v is not read where the score is -inf. A row whose logSumExp is -inf gives 0,
   * and its dOut is not read. At an infinite temperature dq and dk are 0. Gradients are never -0. A
   * row of dq depends on nothing but the row and what it sees, a row of dk and dv on nothing but
   * the key and who sees it: not on lane width, thread count or layout.
   *
   * <p><b>Accuracy.</b> With e(x) the error of x and π a chain's partial sums, to first order:
   * e(ds) = p·((e(p) + 2u)·|dp - D| + e(dp) + e(D)), where e(p) = e(s) + e(logSumExp) + (|s -
   * logSumExp| + 2)·u is relative, e(dp) = u·Σ|π| over valueDim, and, with ε = e(s) + (max s - s +
   * 12)·u what forward's weights are off by, e(logSumExp) = Σp·ε + (25 + ln l + |logSumExp|)·u and
   * e(D) = Σp·ε·|dp - D| + Σ|dOut|·(Σ|π| + 10·Σ|p·v| + (36 + valueDim/16)·|out|)·u. Each step back
   * to ds' adds a rounding. An element of dq, dk or dv is off by the sum of e(ds') or e(p) times
   * its factor, and by u times the magnitudes of the chain's partial sums and 16 times those of the
   * chunks' sums. A test holds that against the oracle; a rounding of each partial sum, with no
   * regard to signs, is some three times the most that is seen.
   *
   * <p><b>Errors.</b> As forward's. dq, dk and dv may take the place of an input of their shape
   * exactly; other overlaps are refused. <b>Allocation.</b> None in steady state on the calling
   * thread.
   *
   * <p>Memory grows with (queryLength + keyLength)·(headDim + valueDim)·log₂(length/256) for each
   * thread, not with queryLength·keyLength.
   *
   * <p><b>Source.</b> Weights computed anew from the log-sum-exp: Dao et al., FlashAttention,
   * arXiv:2205.14135.
   *
   * @param q [batch, queryHeads, queryLength, headDim]
   * @param k [batch, keyHeads, keyLength, headDim]
   * @param v [batch, keyHeads, keyLength, valueDim]
   * @param out what forward returned, [batch, queryHeads, queryLength, valueDim]
   * @param dOut the gradient by out, in its shape
   * @param logSumExp what forward returned, [batch, queryHeads, queryLength]
   * @param dq overwritten, in the shape of q; null: not wanted
   * @param dk overwritten, in the shape of k; null: not wanted
   * @param dv overwritten, in the shape of v; null: not wanted
   * @param workers who computes
   * @throws IllegalArgumentException also if a temperature is 0: a choice has no gradient
   */
  @SuppressWarnings("exports") // Nullable is for tools
  public void backward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      Workers workers) {
    backward(q, k, v, out, dOut, logSumExp, dq, dk, dv, OptionGradients.NONE, workers);
  }

  /**
   * As {@link #backward(FloatTensor, FloatTensor, FloatTensor, FloatTensor, FloatTensor,
   * FloatTensor, FloatTensor, FloatTensor, FloatTensor, Workers)}, and the gradients of options.
   *
   * @param gradients those of bias, temperature and sinks, overwritten; each must be of an option
   *     that this attention has
   */
  @SuppressWarnings("exports") // Nullable is for tools
  public void backward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      OptionGradients gradients,
      Workers workers) {
    Objects.requireNonNull(gradients, "gradients");
    AttentionCall.backward(
        options,
        q,
        k,
        v,
        null,
        null,
        out,
        dOut,
        logSumExp,
        dq,
        dk,
        dv,
        gradients.bias,
        gradients.temperature,
        gradients.sinks,
        workers);
  }

  /**
   * The same over ragged tensors, [tokens, heads, dim], as forward has them. Sequences without
   * queries get 0 in dk and dv.
   *
   * @param queryStarts where each sequence's queries begin, and the number of all
   * @param keyStarts the same for keys
   * @param logSumExp [tokens, queryHeads]
   */
  @SuppressWarnings("exports") // Nullable is for tools
  public void backward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      int[] queryStarts,
      int[] keyStarts,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      OptionGradients gradients,
      Workers workers) {
    Objects.requireNonNull(gradients, "gradients");
    AttentionCall.backward(
        options,
        q,
        k,
        v,
        Objects.requireNonNull(queryStarts, "queryStarts"),
        Objects.requireNonNull(keyStarts, "keyStarts"),
        out,
        dOut,
        logSumExp,
        dq,
        dk,
        dv,
        gradients.bias,
        gradients.temperature,
        gradients.sinks,
        workers);
  }

  /**
   * Where the gradients of options are written; a null component is not wanted.
   *
   * @param bias in the bias's own shape: summed over what the bias serves together
   * @param temperature one for each query head; 0 at an infinite temperature
   * @param sinks one for each query head
   */
  @SuppressWarnings({"exports", "ArrayRecordComponent"}) // a bundle of outputs, never compared
  public record OptionGradients(
      @Nullable FloatTensor bias, float @Nullable [] temperature, float @Nullable [] sinks) {

    private static final OptionGradients NONE = new OptionGradients(null, null, null);

    /** None at all. */
    public static OptionGradients none() {
      return NONE;
    }
  }

  /** Collects the options of an {@link Attention}. Each is checked as it is set. */
  public static final class Builder {

    private float scale = Float.NaN;
    private Mask mask = Mask.none();
    private float softcap;
    private @Nullable FloatTensor bias;
    private float @Nullable [] slopes;
    private float @Nullable [] sinks;
    private float @Nullable [] temperatures;

    private float dropout;
    private long seed;

    private Builder() {}

    /** Factor of the dot product, finite; without it {@code (float) (1 / Math.sqrt(headDim))}. */
    public Builder scale(float scale) {
      requireFinite(scale, "scale");
      this.scale = scale;
      return this;
    }

    /** Who sees which key; all see all without it. */
    public Builder mask(Mask mask) {
      this.mask = Objects.requireNonNull(mask, "mask");
      return this;
    }

    /** Bounds the scores by {@code softcap·tanh(s / softcap)}; finite and above 0. */
    public Builder softcap(float softcap) {
      requireFinite(softcap, "softcap");
      if (softcap <= 0f) {
        throw new IllegalArgumentException("softcap is " + softcap + ", but must be above 0");
      }
      this.softcap = softcap;
      return this;
    }

    /**
     * Added to the scores; broadcast right-aligned to [batch, queryHeads, queryLength, keyLength].
     * The reference is kept: its contents may change between calls, not during one.
     */
    public Builder bias(FloatTensor bias) {
      this.bias = Objects.requireNonNull(bias, "bias");
      return this;
    }

    /** ALiBi: subtracts {@code slope·|j - p|}; one finite slope for each query head. */
    public Builder alibi(float... slopePerHead) {
      Objects.requireNonNull(slopePerHead, "slopePerHead");
      for (float slope : slopePerHead) {
        requireFinite(slope, "slope");
      }
      this.slopes = slopePerHead.clone();
      return this;
    }

    /** A logit for each query head that joins the softmax without a value; -inf: none. */
    public Builder sinks(float... logitPerHead) {
      Objects.requireNonNull(logitPerHead, "logitPerHead");
      for (float logit : logitPerHead) {
        if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
          throw new IllegalArgumentException("a sink is " + logit + ", but must be below +inf");
        }
      }
      this.sinks = logitPerHead.clone();
      return this;
    }

    /** Divisors of the scores, at least 0, +inf allowed; one for each query head. */
    public Builder temperature(float... perHead) {
      Objects.requireNonNull(perHead, "perHead");
      for (float temperature : perHead) {
        if (!(temperature >= 0f)) {
          throw new IllegalArgumentException(
              "a temperature is " + temperature + ", but must be at least 0");
        }
      }
      this.temperatures = perHead.clone();
      return this;
    }

    /**
     * Drops each weight with this probability before it meets its value, and multiplies the others
     * by 1/(1 - probability). What is dropped is a function of the seed, batch element, query head,
     * position of the query (as ALiBi counts it) and key, and of nothing else: the same in forward,
     * weights and backward, in chunks of queries, over a cache, on every machine. Statistics know
     * nothing of it. Each step of a training wants another seed, and so an attention of its own.
     *
     * @param probability from 0, which drops nothing, up to below 1
     */
    public Builder dropout(float probability, long seed) {
      if (!(probability >= 0f && probability < 1f)) {
        throw new IllegalArgumentException(
            "probability is " + probability + ", but must be at least 0 and below 1");
      }
      this.dropout = probability;
      this.seed = seed;
      return this;
    }

    /**
     * The attention with these options.
     *
     * @throws IllegalArgumentException if a temperature is 0 and there are sinks: the limit is not
     *     defined
     */
    public Attention build() {
      if (sinks != null && temperatures != null) {
        for (float temperature : temperatures) {
          if (temperature == 0f) {
            throw new IllegalArgumentException("temperature 0 cannot be combined with sinks");
          }
        }
      }
      return new Attention(
          new AttentionOptions(
              scale, mask, softcap, bias, slopes, sinks, temperatures, dropout, seed));
    }

    private static void requireFinite(float value, String name) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(name + " is " + value + ", but must be finite");
      }
    }
  }
}
