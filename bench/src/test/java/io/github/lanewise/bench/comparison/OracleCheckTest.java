package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.comparison.OracleCheck.WrongResult;
import io.github.lanewise.bench.contender.LanewiseContender;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The check finds the errors that are planted here, and no others. */
class OracleCheckTest {
  private static final Question WEIGHTS = Question.of("softmax 64x1024");
  private static final Question CAUSAL_WEIGHTS = Question.of("softmax 2048x2048 causal");
  private static final Question CAUSAL = Question.of("attention 8 2048x64 causal");
  private static final Question WINDOW = Question.of("attention 8 2048x64 window");
  private static final Question RAGGED = Question.of("attention 4x8 512x64 ragged");
  private static final Question GROUPED = Question.of("attention 32:8 1024x128");
  private static final Question PRODUCT = Question.of("pv 2048x64x2048");

  @TestFactory
  Stream<DynamicTest> oneWrongElementOfARowThatIsAlwaysSampled() {
    return Stream.of(WEIGHTS, CAUSAL_WEIGHTS, PRODUCT, CAUSAL, RAGGED)
        .map(
            question ->
                dynamicTest(
                    question.id(),
                    () -> {
                      float[] right = lanewise(question, QuestionData.of(question));
                      OracleCheck check = new OracleCheck(question, QuestionData.of(question));
                      check.largestError(right);
                      int first = largest(right, 0, question.resultColumns());
                      for (int at : new int[] {first, right.length - 1}) {
                        float[] wrong = right.clone();
                        wrong[at] = wrong[at] * 1.25f + 1e-3f;
                        wrong(check, wrong);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> aMaskThatIsIgnored() {
    return Stream.of(
            CAUSAL_WEIGHTS,
            Question.of("softmax 64x1024 key lengths"),
            Question.of("softmax 64x1024 boolean"),
            Question.of("softmax 64x1024 bits"),
            CAUSAL,
            WINDOW,
            RAGGED)
        .map(
            question ->
                dynamicTest(
                    question.id(),
                    () -> {
                      QuestionData data = QuestionData.of(question);
                      Question unmasked = with(question, Variant.PLAIN);
                      wrong(new OracleCheck(question, data), lanewise(unmasked, data));
                    }));
  }

  @Test
  void softmaxWithACausalMaskOffByOne() {
    QuestionData data = QuestionData.of(CAUSAL_WEIGHTS);
    OracleCheck check = new OracleCheck(CAUSAL_WEIGHTS, data);
    check.largestError(maskedWeights(data, Mask.causal(0)));
    wrong(check, maskedWeights(data, Mask.causal(1)));
    wrong(check, withoutNaN(maskedWeights(data, Mask.causal(-1))));
  }

  @Test
  void aSingleRowOfSoftmaxThatSeesOneColumnTooMany() {
    QuestionData data = QuestionData.of(CAUSAL_WEIGHTS);
    OracleCheck check = new OracleCheck(CAUSAL_WEIGHTS, data);
    float[] weights = lanewise(CAUSAL_WEIGHTS, data);
    weights[1001 * 2048 + 1002] = 1e-9f; // in a row that may well not be sampled
    wrong(check, weights);
    weights[1001 * 2048 + 1002] = -0f;
    wrong(check, weights);
  }

  @Test
  void attentionWithAMaskOffByOne() {
    for (int shift : new int[] {-1, 1}) {
      wrong(CAUSAL, Mask.causal(shift), 1 / Math.sqrt(64));
      wrong(WINDOW, Mask.window(QuestionData.WINDOW - 1 + shift, 0), 1 / Math.sqrt(64));
      wrong(WINDOW, Mask.window(QuestionData.WINDOW - 1, 0, shift), 1 / Math.sqrt(64));
      int[] lengths = QuestionData.of(RAGGED).keyLengths().clone();
      lengths[3] += shift;
      wrong(RAGGED, Mask.keyLengths(lengths), 1 / Math.sqrt(64));
    }
  }

  @Test
  void aScaleThatIsForgotten() {
    wrong(CAUSAL, Mask.causal(), 1);
    wrong(GROUPED, Mask.none(), 1);
    OracleCheck check = new OracleCheck(PRODUCT, QuestionData.of(PRODUCT));
    float[] doubled = lanewise(PRODUCT, QuestionData.of(PRODUCT));
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] *= 2;
    }
    wrong(check, doubled);
  }

  @Test
  void queryHeadsThatShareTheWrongKeys() {
    QuestionData data = QuestionData.of(GROUPED);
    FloatTensor q = FloatTensor.of(data.a(), 1, 32, 1024, 128);
    FloatTensor k = FloatTensor.of(data.b(), 1, 8, 1024, 128);
    FloatTensor v = FloatTensor.of(data.c(), 1, 8, 1024, 128);
    float[] out = new float[32 * 1024 * 128];
    for (int h = 0; h < 32; h++) {
      Attention.builder()
          .build()
          .forward(
              q.slice(1, h, h + 1),
              k.slice(1, h % 8, h % 8 + 1), // instead of h / 4
              v.slice(1, h % 8, h % 8 + 1),
              FloatTensor.ofRange(out, h * 1024 * 128, 1, 1, 1024, 128));
    }
    wrong(new OracleCheck(GROUPED, data), out);
  }

  @Test
  void factorsInANarrowerFormat() {
    for (Question question : new Question[] {PRODUCT, Question.of("qk 2048x2048x128")}) {
      QuestionData data = QuestionData.of(question);
      OracleCheck check = new OracleCheck(question, data);
      roundToTenBits(data.a()); // as TF32 has
      wrong(check, lanewise(question, data));
    }
  }

  @Test
  void whatIsNotFiniteWhereverItStands() {
    QuestionData data = QuestionData.of(CAUSAL);
    OracleCheck check = new OracleCheck(CAUSAL, data);
    float[] right = lanewise(CAUSAL, data);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int at = 64; at < right.length; at += 123_457) {
        float[] wrong = right.clone();
        wrong[at] = value;
        wrong(check, wrong);
      }
    }
  }

  @Test
  void weightsThatAreFlushedToZero() {
    OracleCheck check = new OracleCheck(WEIGHTS, QuestionData.of(WEIGHTS));
    float[] weights = lanewise(WEIGHTS, QuestionData.of(WEIGHTS));
    for (int i = 0; i < weights.length; i++) {
      weights[i] = weights[i] < 1e-12f ? 0 : weights[i];
    }
    wrong(check, weights);
  }

  /** No question has weights as small as these. */
  @Test
  void onlySubnormalWeightsMayBeFlushedToZero() {
    assertTrue(OracleCheck.mayBeFlushed(0x1p-149));
    assertTrue(
        OracleCheck.mayBeFlushed(1.001 * Float.MIN_NORMAL), "rounding may make it subnormal");
    assertFalse(OracleCheck.mayBeFlushed(1e-37));
  }

  @Test
  void aRowThatDoesNotAddUpThoughItIsNotSampled() {
    Question question = Question.of("softmax 4096x4096");
    QuestionData data = QuestionData.of(question);
    OracleCheck check = new OracleCheck(question, data);
    float[] right = lanewise(question, data);
    for (int row = 5; row < 4096; row += 511) {
      float[] wrong = right.clone();
      wrong[largest(wrong, row * 4096, (row + 1) * 4096)] *= 0.9f;
      wrong(check, wrong);
    }
  }

  @Test
  void theLogarithmThatIsForgotten() {
    Question question = Question.of("softmax 64x1024 log");
    wrong(
        new OracleCheck(question, QuestionData.of(question)),
        lanewise(WEIGHTS, QuestionData.of(question)));
  }

  @Test
  void aSumThatMissesItsTail() {
    Question question = Question.of("sum 4096");
    Question shorter = Question.of("sum 4080");
    wrong(
        new OracleCheck(question, QuestionData.of(question)),
        lanewise(shorter, QuestionData.of(shorter)));
  }

  @Test
  void anArrayOfTheWrongLength() {
    OracleCheck check = new OracleCheck(WEIGHTS, QuestionData.of(WEIGHTS));
    wrong(check, Arrays.copyOf(lanewise(WEIGHTS, QuestionData.of(WEIGHTS)), 64 * 1024 - 1));
  }

  /** Limits are not there to refuse an honest float: not even one that adds from left to right. */
  @Test
  void theWorstOrderOfAdditionIsNoError() {
    for (Question question :
        new Question[] {
          WEIGHTS,
          Question.of("softmax 4096x4096"),
          Question.of("softmax 32x32000"),
          Question.of("softmax 1x128256")
        }) {
      QuestionData data = QuestionData.of(question);
      float[] y = new float[data.a().length];
      for (int i = 0; i < question.rows(); i++) {
        naiveSoftmax(data.a(), i * question.columns(), (i + 1) * question.columns(), y);
      }
      double error = new OracleCheck(question, data).largestError(y);
      System.out.printf(
          "%s, one float added up from left to right: error %.2g, limit %.2g%n",
          question, error, OracleCheck.limit(question));
    }
  }

  @Test
  void aResultThatIsNotWrittenAnew() {
    QuestionData data = QuestionData.of(WEIGHTS);
    float[] right = lanewise(WEIGHTS, data);
    OracleCheck check = new OracleCheck(WEIGHTS, data);
    check.run(new FakeRun(right, out -> System.arraycopy(right, 0, out, 0, right.length)));
    FakeRun stale =
        new FakeRun(
            right,
            out -> {
              if (!Float.isNaN(out[0])) {
                System.arraycopy(right, 0, out, 0, right.length);
              }
            });
    WrongResult wrong = assertThrows(WrongResult.class, () -> check.run(stale));
    assertTrue(String.valueOf(wrong.getMessage()).contains("second call"), wrong::toString);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record FakeRun(float[] out, Consumer<float[]> work) implements Contender.Run {
    FakeRun {
      out = new float[out.length];
    }

    @Override
    public void run() {
      work.accept(out);
    }

    @Override
    public void spoil() {
      Arrays.fill(out, Float.NaN);
    }

    @Override
    public float[] result() {
      return out.clone();
    }

    @Override
    public void close() {}
  }

  private static void wrong(OracleCheck check, float[] result) {
    WrongResult wrong = assertThrows(WrongResult.class, () -> check.largestError(result));
    System.out.println(wrong.getMessage());
  }

  private static void wrong(Question question, Mask mask, double scale) {
    QuestionData data = QuestionData.of(question);
    float[] out = new float[data.a().length];
    long[] queries = {question.batch(), question.heads(), question.rows(), question.depth()};
    long[] keys = {question.batch(), question.keyHeads(), question.columns(), question.depth()};
    Attention.builder()
        .mask(mask)
        .scale((float) scale)
        .build()
        .forward(
            FloatTensor.of(data.a(), queries),
            FloatTensor.of(data.b(), keys),
            FloatTensor.of(data.c(), keys),
            FloatTensor.of(out, queries));
    wrong(new OracleCheck(question, data), out);
  }

  private static float[] maskedWeights(QuestionData data, Mask mask) {
    float[] y = new float[2048 * 2048];
    Softmax.standard()
        .apply(FloatTensor.of(data.a(), 2048, 2048), mask, FloatTensor.of(y, 2048, 2048));
    return y;
  }

  /** The empty first row is not what is looked for. */
  private static float[] withoutNaN(float[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = Float.isNaN(y[i]) ? (i == 0 ? 1 : 0) : y[i];
    }
    return y;
  }

  private static float[] lanewise(Question question, QuestionData data) {
    try (Contender.Run run = new LanewiseContender().prepare(question, data)) {
      run.run();
      return run.result();
    }
  }

  private static Question with(Question q, Variant variant) {
    return new Question(
        q.operation(),
        variant,
        q.batch(),
        q.heads(),
        q.keyHeads(),
        q.rows(),
        q.columns(),
        q.depth(),
        q.threads());
  }

  private static int largest(float[] x, int from, int to) {
    int largest = from;
    for (int i = from; i < to; i++) {
      largest = x[i] > x[largest] ? i : largest;
    }
    return largest;
  }

  private static void roundToTenBits(float[] x) {
    for (int i = 0; i < x.length; i++) {
      int bits = Float.floatToRawIntBits(x[i]);
      x[i] = Float.intBitsToFloat((bits + 0x1000) & 0xffffe000);
    }
  }

  private static void naiveSoftmax(float[] x, int from, int to, float[] y) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    float sum = 0;
    for (int i = from; i < to; i++) {
      y[i] = (float) Math.exp(x[i] - max);
      sum += y[i];
    }
    for (int i = from; i < to; i++) {
      y[i] /= sum;
    }
  }
}
