package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.work.Passes;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * One long row, split over threads.
 *
 * <p>It is cut into pieces of a power of two of blocks, at absolute positions, so that a piece's
 * sum is a node of the row's tree, and the row's sum has the bits that one thread gives it. Every
 * piece goes through three passes; there is one task for each thread, which goes through all of
 * them.
 */
final class SharedRow implements Task {
  /** A multiple of a block that keeps a thread busy for some microseconds. */
  private static final int LEAST_PIECE = 1 << 12;

  private static final int PIECES_PER_THREAD = 6;

  private static final int PASSES = 3;

  private final Passes passes = new Passes(PASSES);

  private float[] maxima = new float[0];
  private long[] sums = new long[0];
  private int pieceBits;
  private int firstPiece;
  private int pieces;

  private SoftmaxRow row;
  private OperandRows x;
  private OperandRows y;
  private long xAt;
  private long yAt;
  private float[] target;
  private int targetAt;
  private Workspace own;

  @SuppressWarnings("NullAway.Init") // bound before use, by `apply`
  SharedRow() {}

  void apply(
      SoftmaxRow row,
      OperandRows x,
      long xAt,
      OperandRows y,
      long yAt,
      int length,
      TaskRunner runner,
      Workspace own) {
    this.row = row;
    this.x = x;
    this.xAt = xAt;
    this.y = y;
    this.yAt = yAt;
    this.own = own;
    float[] array = y.array;
    target = array != null ? array : own.get(SoftmaxCall.STAGE, length);
    targetAt = array != null ? (int) yAt : 0;
    float[] source = x.array;
    if (source != null) {
      row.bindArrays(source, (int) xAt, target, targetAt);
    } else {
      row.bindArrays(target, targetAt, target, targetAt);
    }
    try {
      cut(runner.parallelism());
      runner.run(Math.min(pieces, runner.parallelism()), this, own);
      long[] bits = own.get(SoftmaxRow.BITS);
      float max = max();
      boolean written = row.finish(max, sum(), rest(holder(max)), bits);
      if (array == null) {
        writeRest(written, length);
      }
    } finally {
      unbind();
    }
  }

  /** Pass 3 has written its pieces; a special row is written as a whole. */
  private void writeRest(boolean piecesWritten, int length) {
    if (piecesWritten) {
      y.write(target, 0, yAt, 0, row.begin());
      y.write(target, row.end(), yAt, row.end(), length - row.end());
    } else {
      y.write(target, 0, yAt, 0, length);
    }
  }

  @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
  private void unbind() {
    row = null;
    x = null;
    y = null;
    target = null;
    own = null;
  }

  private void cut(int parallelism) {
    int visible = row.end() - row.begin();
    int wanted = Math.max(LEAST_PIECE, visible / (PIECES_PER_THREAD * parallelism));
    pieceBits = 32 - Integer.numberOfLeadingZeros(wanted - 1);
    assert 1 << pieceBits >= CHUNK;
    firstPiece = row.begin() >> pieceBits;
    pieces = visible == 0 ? 0 : ((row.end() - 1) >> pieceBits) + 1 - firstPiece;
    if (maxima.length < pieces) {
      maxima = new float[pieces];
      sums = new long[pieces];
    }
    passes.reset(pieces);
  }

  /** One participant: takes pieces as long as there are any, pass by pass. */
  @Override
  public void run(int index, Workspace workspace) {
    boolean fromFront = workspace == own;
    try {
      for (int pass = 0; pass < PASSES; pass++) {
        if (pass > 0 && !passes.await(pass - 1)) {
          return;
        }
        float max = pass > 0 ? max() : 0f;
        int holder = pass > 0 ? holder(max) : 0;
        long sum = pass > 1 ? sum() : 0L;
        float rest = pass > 1 ? rest(holder) : 0f;
        int piece = passes.take(pass, fromFront);
        while (piece >= 0) {
          int start = (firstPiece + piece) << pieceBits;
          int from = Math.max(row.begin(), start);
          int to = start + Math.min(1 << pieceBits, row.end() - start); // start + size may overflow
          run(pass, piece, from, to, max, piece == holder, sum, rest, workspace);
          passes.done(pass);
          piece = passes.take(pass, fromFront);
        }
      }
    } catch (Throwable thrown) {
      passes.fail();
      throw thrown;
    }
  }

  private void run(
      int pass,
      int piece,
      int from,
      int to,
      float max,
      boolean holdsMaximum,
      long sum,
      float rest,
      Workspace workspace) {
    if (pass == 0) {
      if (x.array == null) {
        int visible = Math.max(from, row.first());
        x.read(xAt, visible, target, targetAt + visible, to - visible);
      }
      maxima[piece] = row.largest(from, to, workspace.get(SoftmaxRow.BITS));
    } else if (row.isSpecial(max)) {
      return;
    } else if (pass == 1) {
      sums[piece] = row.weigh(from, to, max, holdsMaximum, workspace);
    } else if (!Float.isNaN(FloatPair.first(sum))) {
      row.normalize(from, to, max, sum, rest);
      if (y.array == null) {
        y.write(target, targetAt + from, yAt, from, to - from);
      }
    }
  }

  private float max() {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < pieces; i++) {
      max = Math.max(max, maxima[i]);
    }
    return max;
  }

  /** The piece with the row's first maximum. */
  private int holder(float max) {
    int piece = 0;
    while (piece < pieces && maxima[piece] != max) {
      piece++;
    }
    return piece;
  }

  private long sum() {
    return pieces == 0 ? 0L : node(firstPiece, firstPiece + pieces, -1);
  }

  /** The sum without the first maximum; unspecified where nobody wants it. */
  private float rest(int holder) {
    return pieces == 0
        ? 0f
        : FloatPair.first(node(firstPiece, firstPiece + pieces, firstPiece + holder));
  }

  /**
   * The sum of a run of pieces, by the tree over their absolute index: see RowReductions.
   *
   * @param without the piece whose first maximum does not count, if any
   */
  private long node(int from, int to, int without) {
    if (to - from == 1) {
      return from == without ? FloatPair.of(row.rest, 0f) : sums[from - firstPiece];
    }
    int level = 31 - Integer.numberOfLeadingZeros(from ^ (to - 1));
    int middle = ((to - 1) >> level) << level;
    return FloatPair.add(node(from, middle, without), node(middle, to, without));
  }
}
