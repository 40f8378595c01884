package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;

/**
 * One worker's scratch for a task, and the way from pages to a node: scores of a chunk for all
 * heads of a block, their weights, and the product with the values.
 *
 * <p>The keys of all heads come first, and then the values of all: they lie one after the other in
 * a page. As many heads are taken together as keep the scores in the cache; of tensors, one.
 */
final class DecodeWorker {

  private static final int MOST_LANES = DecodeKernels.Element.INT8.lanes;

  /** Rows of scores that are in flight: 64 KB, and as much of weights. */
  private static final int ROWS_IN_FLIGHT = 64;

  final QueryRows rows = new QueryRows();
  final DecodeScores scores = new DecodeScores();
  final ResultWriter results = new ResultWriter();
  private final CachedPages cached = new CachedPages();
  private final TensorPages tensors = new TensorPages();

  final MergeTree tree = new MergeTree();

  /** The queries as {@code [headDim/256][rows][256]}. */
  private float[] queries = new float[0];

  /** Dot products with a page that is shorter than a group. */
  private final float[] group = new float[DecodeCall.MOST_ROWS * MOST_LANES];

  private DecodeCall call;
  private DecodePages pages;
  private int sequence;
  private int firstHead;

  /** Query rows of a key head. */
  private int headRows;

  @SuppressWarnings("NullAway.Init") // bound by `begin` before any other method
  DecodeWorker() {}

  /** Takes on the rows of the key heads {@code [firstHead, firstHead + heads)}. */
  void begin(DecodeCall call, int sequence, int firstHead, int heads) {
    this.call = call;
    this.sequence = sequence;
    if (call.cache != null) {
      cached.bind(call.cache, sequence);
      pages = cached;
    } else {
      tensors.bind(call, call.tensors, sequence);
      pages = tensors;
    }
    this.firstHead = firstHead;
    headRows = call.rows(sequence);
    long firstQueryHead = firstHead * call.group;
    rows.set(call.mask, sequence, firstQueryHead, heads * call.group, 0, call.queries(sequence));
    tree.beginRows(rows.count, call.width);
  }

  @SuppressWarnings("NullAway") // a worker at rest holds nothing of the caller's
  void release() {
    call = null;
    pages.release();
    pages = null;
  }

  /** Makes the tree of the chunks {@code [first, end)}. */
  void grow(long first, long end) {
    loadQueries();
    scores.begin(call, Math.min(rows.count, Math.max(headRows, ROWS_IN_FLIGHT)));
    for (long chunk = nextSeen(first, end); chunk < end; chunk = nextSeen(chunk + 1, end)) {
      int node = tree.open(0, chunk);
      if (attend(chunk * CHUNK, node)) {
        tree.add(0, chunk);
      }
    }
  }

  /** The first chunk from {@code chunk} on that any row may see; beyond {@code end} if none is. */
  private long nextSeen(long chunk, long end) {
    return chunk < end ? rows.next(chunk * CHUNK) / CHUNK : end;
  }

  private void loadQueries() {
    int blocks = (call.headDim + CHUNK - 1) / CHUNK;
    int needed = Math.multiplyExact(blocks, rows.count * CHUNK);
    if (queries.length < needed) {
      queries = new float[needed];
    }
    for (int r = 0; r < rows.count; r++) {
      long at = rows.offsetIn(call.q, r);
      for (int block = 0; block < blocks; block++) {
        int dim = block * CHUNK;
        int length = Math.min(CHUNK, call.headDim - dim);
        call.q.read(at + dim, queries, (block * rows.count + r) * CHUNK, length);
      }
    }
  }

  /** Makes the node of one chunk; false, with nothing there, if nobody sees it. */
  private boolean attend(long chunk0, int node) {
    int length = (int) Math.min(CHUNK, call.sequences.keys(sequence) - chunk0);
    if (!rows.findVisible(chunk0, length)) {
      return false;
    }
    tree.clear(node);
    int heads = rows.count / headRows;
    int together = pages.areLoaded() ? 1 : Math.max(1, ROWS_IN_FLIGHT / headRows);
    for (int head = 0; head < heads; head += together) {
      int endHead = Math.min(heads, head + together);
      scores.clear(rows, (endHead - head) * headRows);
      pages.load(firstHead + head, chunk0, rows.from(), rows.to());
      for (int h = head; h < endHead; h++) {
        multiplyKeys(chunk0, h, (h - head) * headRows);
      }
      int row0 = head * headRows;
      for (int r = row0; r < endHead * headRows; r++) {
        scores.weigh(call, rows, chunk0, r, r - row0, tree.nodes, node);
      }
      for (int h = head; h < endHead; h++) {
        multiplyValues(chunk0, h, (h - head) * headRows, node);
      }
    }
    return true;
  }

  /** The part of the chunk from {@code key} on that lies in one page: where it ends. */
  private int endOfPage(long chunk0, int key) {
    int pageLength = call.pageLength;
    long pageEnd = ((chunk0 + key) / pageLength + 1) * pageLength - chunk0;
    return (int) Math.min(rows.to(), pageEnd);
  }

  private void multiplyKeys(long chunk0, int h, int scoreRow) {
    int head = firstHead + h;
    int queryRow = h * headRows;
    int lanes = call.keyElement.lanes;
    int stop;
    for (int key = rows.from() / lanes * lanes; key < rows.to(); key = stop) {
      stop = endOfPage(chunk0, key);
      if (!pages.hold(chunk0 + key)) {
        continue;
      }
      int groups = (stop - key + lanes - 1) / lanes;
      pages.findKeys(head, chunk0 + key, groups);
      int to = scoreRow * CHUNK + key;
      if (pages.keysInRows) {
        multiplyRows(stop - key, queryRow, to);
        continue;
      }
      if (call.pageLength < lanes) { // the lanes beyond the page are not the next page's
        Arrays.fill(group, 0f);
        multiplyKeys(groups, queryRow, group, 0, lanes);
        for (int r = 0; r < headRows; r++) {
          System.arraycopy(group, r * lanes, scores.scores, to + r * CHUNK, stop - key);
        }
      } else {
        multiplyKeys(groups, queryRow, scores.scores, to, CHUNK);
      }
      if (call.keyElement == Element.INT8) {
        float[] scales = pages.page(chunk0 + key).keyScales;
        int scale = scaleAt(head, chunk0 + key);
        Kernels.decode().scale(scores.scores, to, headRows, stop - key, scales, scale);
      }
    }
  }

  private void multiplyRows(int keys, int queryRow, int to) {
    for (int dim = 0; dim < call.headDim; dim += CHUNK) {
      Kernels.decode()
          .productOfKeys(
              (float[]) pages.array,
              pages.from + dim,
              pages.stride,
              keys,
              Math.min(CHUNK, call.headDim - dim),
              queries,
              (dim / CHUNK * rows.count + queryRow) * CHUNK,
              headRows,
              scores.scores,
              to,
              CHUNK);
    }
  }

  private int scaleAt(int head, long token) {
    return head * call.pageLength + (int) (token % call.pageLength);
  }

  private void multiplyKeys(int groups, int queryRow, float[] out, int to, int outStride) {
    for (int dim = 0; dim < call.headDim; dim += CHUNK) {
      Kernels.decode()
          .product(
              call.keyElement,
              pages.array,
              pages.from + dim * call.keyElement.lanes,
              pages.stride,
              groups,
              Math.min(CHUNK, call.headDim - dim),
              queries,
              (dim / CHUNK * rows.count + queryRow) * CHUNK,
              headRows,
              out,
              to,
              outStride);
    }
  }

  private void multiplyValues(long chunk0, int h, int scoreRow, int node) {
    int head = firstHead + h;
    int to = node + NodeKernels.values(rows.count) + h * headRows * call.width;
    boolean finite = true;
    int stop;
    for (int key = rows.from(); key < rows.to(); key = stop) {
      stop = endOfPage(chunk0, key);
      if (!pages.hold(chunk0 + key)) {
        continue;
      }
      int from = scoreRow * CHUNK + key;
      if (call.valueElement == Element.INT8) {
        float[] scales = pages.page(chunk0 + key).valueScales;
        int scale = scaleAt(head, chunk0 + key);
        Kernels.decode().scale(scores.weights, from, headRows, stop - key, scales, scale);
      }
      addValues(head, chunk0 + key, stop - key, from, headRows, to);
      finite &= pages.areFinite(chunk0 + key);
    }
    if (!finite) {
      for (int r = 0; r < headRows; r++) {
        if (!Kernels.tiles().isFinite(tree.nodes, to + r * call.width, call.width)) {
          multiplyLiveValues(chunk0, head, (scoreRow + r) * CHUNK, to + r * call.width);
        }
      }
    }
  }

  /**
   * Once more, for a row that met a value which is not finite: without the keys that the row does
   * not see or scores -inf, as 0·NaN must not leak. For finite values it makes no difference.
   */
  private void multiplyLiveValues(long chunk0, int head, int scoreRow, int to) {
    Arrays.fill(tree.nodes, to, to + call.width, 0f);
    for (int key = rows.from(); key < rows.to(); key++) {
      if (scores.scores[scoreRow + key] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      addValues(head, chunk0 + key, 1, scoreRow + key, 1, to);
    }
  }

  /** Adds weights times values to rows of the node. */
  private void addValues(int head, long token, int tokens, int weightsFrom, int queries, int to) {
    pages.findValues(head, token, tokens);
    float[] weights = scores.weights;
    if (pages.inRows) {
      Kernels.decode()
          .productOfRows(
              (float[]) pages.array,
              pages.from,
              pages.stride,
              call.width,
              tokens,
              weights,
              weightsFrom,
              queries,
              tree.nodes,
              to,
              call.width);
      return;
    }
    Kernels.decode()
        .product(
            call.valueElement,
            pages.array,
            pages.from,
            pages.stride,
            call.width / call.valueElement.lanes,
            tokens,
            weights,
            weightsFrom,
            queries,
            tree.nodes,
            to,
            call.width);
  }
}
