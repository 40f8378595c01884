package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import java.util.Arrays;

/** What the kernel made of an {@link AttentionCase}, with every tensor in a drawn layout. */
public final class AttentionCall {
  private final AttentionShape shape;
  private final float[] out;
  private final float[] weights;
  private final float[] logSumExp;
  private final float[] entropy;
  private final float[] maxWeight;
  private final boolean hasStatistics;

  private AttentionCall(Draw draw, AttentionCase c) {
    shape = c.shape();
    int b = shape.batch();
    int h = shape.queryHeads();
    int kh = shape.keyHeads();
    int n = shape.queryLength();
    int m = shape.keyLength();
    FloatTensor q = Layouts.draw(draw, "Q", c.q(), b, h, n, shape.headDim());
    FloatTensor k = Layouts.draw(draw, "K", c.k(), b, kh, m, shape.headDim());
    FloatTensor v = Layouts.draw(draw, "V", c.v(), b, kh, m, shape.valueDim());
    FloatTensor outTensor = Layouts.drawResult(draw, "out", b, h, n, shape.valueDim());
    FloatTensor weightsTensor = Layouts.drawResult(draw, "weights", b, h, n, m);
    FloatTensor logSumExpTensor = Layouts.drawResult(draw, "logSumExp", b, h, n);
    FloatTensor entropyTensor = Layouts.drawResult(draw, "entropy", b, h, n);
    FloatTensor maxWeightTensor = Layouts.drawResult(draw, "maxWeight", b, h, n);
    hasStatistics = !draw.onceIn(4, "noStatistics");
    Workers workers = TestWorkers.draw(draw);
    Attention attention = c.attention();
    RowStatistics statistics =
        hasStatistics
            ? new RowStatistics(logSumExpTensor, entropyTensor, maxWeightTensor)
            : RowStatistics.none();
    attention.forward(q, k, v, outTensor, statistics, workers);
    attention.weights(q, k, weightsTensor, workers);
    out = outTensor.toArray();
    weights = weightsTensor.toArray();
    logSumExp = logSumExpTensor.toArray();
    entropy = entropyTensor.toArray();
    maxWeight = maxWeightTensor.toArray();
  }

  /** Runs forward and weights. */
  public static AttentionCall run(Draw draw, AttentionCase attentionCase) {
    return new AttentionCall(draw, attentionCase);
  }

  /** Returns whether statistics were asked for. */
  public boolean hasStatistics() {
    return hasStatistics;
  }

  /** Returns a row of out. */
  public float[] out(int row) {
    int length = shape.valueDim();
    return Arrays.copyOfRange(out, row * length, (row + 1) * length);
  }

  /** Returns a row of weights. */
  public float[] weights(int row) {
    int length = shape.keyLength();
    return Arrays.copyOfRange(weights, row * length, (row + 1) * length);
  }

  /** Returns the log-sum-exp of a row. */
  public float logSumExp(int row) {
    return logSumExp[row];
  }

  /** Returns the entropy of a row. */
  public float entropy(int row) {
    return entropy[row];
  }

  /** Returns the largest weight of a row. */
  public float maxWeight(int row) {
    return maxWeight[row];
  }
}
