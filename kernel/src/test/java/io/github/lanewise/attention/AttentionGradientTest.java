package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertMissing;
import static io.github.lanewise.testing.Refused.nothing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention.OptionGradients;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What attention's gradients are in the cases of docs/semantics.md, and what is refused. */
class AttentionGradientTest {

  /** Operands and results of a call, to be changed one by one. */
  private static final class Call {
    FloatTensor q;
    FloatTensor k;
    FloatTensor v;
    FloatTensor out;
    FloatTensor dOut;
    FloatTensor logSumExp;
    @Nullable FloatTensor dq;
    @Nullable FloatTensor dk;
    @Nullable FloatTensor dv;

    /**
     * @param sizes batch, queryHeads, keyHeads, queries, keys
     */
    Call(int... sizes) {
      q = Floats.tensor("q", FloatKind.NORMAL, sizes[0], sizes[1], sizes[3], 8);
      k = Floats.tensor("k", FloatKind.NORMAL, sizes[0], sizes[2], sizes[4], 8);
      v = Floats.tensor("v", FloatKind.NORMAL, sizes[0], sizes[2], sizes[4], 6);
      out = FloatTensor.allocate(sizes[0], sizes[1], sizes[3], 6);
      dOut = Floats.tensor("dOut", FloatKind.NORMAL, sizes[0], sizes[1], sizes[3], 6);
      logSumExp = FloatTensor.allocate(sizes[0], sizes[1], sizes[3]);
      dq = Floats.filledTensor(7f, q.shape());
      dk = Floats.filledTensor(7f, k.shape());
      dv = Floats.filledTensor(7f, v.shape());
    }

    Call forward(Attention attention) {
      attention.forward(q, k, v, out, RowStatistics.of(logSumExp), Workers.caller());
      return this;
    }

    Call backward(Attention attention, Workers workers) {
      attention.backward(q, k, v, out, dOut, logSumExp, dq, dk, dv, workers);
      return this;
    }

    void backward(Attention attention, OptionGradients gradients) {
      attention.backward(q, k, v, out, dOut, logSumExp, dq, dk, dv, gradients, Workers.caller());
    }

    static Call both(Attention attention, int... sizes) {
      return new Call(sizes).forward(attention).backward(attention, Workers.caller());
    }

    void assertSame(Call other, String what) {
      assertBits(other.dq, dq, what + ": dq");
      assertBits(other.dk, dk, what + ": dk");
      assertBits(other.dv, dv, what + ": dv");
    }

    private static void assertBits(
        @Nullable FloatTensor expected, @Nullable FloatTensor actual, String what) {
      Floats.assertBits(
          Objects.requireNonNull(expected).toArray(),
          Objects.requireNonNull(actual).toArray(),
          what);
    }
  }

  private static void poison(FloatTensor t, int row) {
    FloatTensor rows = t.slice(2, row, row + 1);
    Floats.copy(Floats.filled(Floats.count(rows.shape()), Float.NaN), rows);
  }

  private static float[] rows(@Nullable FloatTensor t, int from, int to) {
    return Objects.requireNonNull(t).slice(2, from, to).toArray();
  }

  /** Keys 290 to 299 are beyond every query, and some queries see few keys. */
  @Test
  void poisonWhereNobodyLooksHasNoEffect() {
    Attention attention = Attention.builder().mask(Mask.causal(20)).build();
    Call clean = Call.both(attention, 1, 2, 1, 270, 300);
    Call dirty = new Call(1, 2, 1, 270, 300);
    poison(dirty.k, 290);
    poison(dirty.v, 299);
    dirty.forward(attention).backward(attention, Workers.caller());
    dirty.assertSame(clean, "poison in the future");
    Floats.assertBits(new float[10 * 8], rows(dirty.dk, 290, 300), "dk of what nobody sees");
    Floats.assertBits(new float[10 * 6], rows(dirty.dv, 290, 300), "dv of what nobody sees");
  }

  /** Between the first keys and those near a query there are keys that 32 queries do not see. */
  @Test
  void whatACallLeavesInTheScratchHasNoEffectOnTheNext() {
    Attention all = Attention.builder().build();
    Attention some = Attention.builder().mask(Mask.prefix(4).or(Mask.window(10, 10))).build();
    Call clean = Call.both(some, 1, 2, 1, 256, 256);
    Call filler = new Call(1, 2, 1, 256, 256);
    filler.dOut = Floats.filledTensor(Float.NaN, filler.dOut.shape());
    filler.forward(all).backward(all, Workers.caller());
    Call.both(some, 1, 2, 1, 256, 256).assertSame(clean, "after a call full of NaN");
  }

  /** A NaN in query 0 and its dOut reaches only what it sees. */
  @Test
  void poisonInOneRowStaysWithWhatItSees() {
    Attention attention = Attention.builder().mask(Mask.causal(0)).build();
    Call clean = Call.both(attention, 1, 1, 1, 300, 300);
    Call dirty = new Call(1, 1, 1, 300, 300).forward(attention);
    poison(dirty.q, 0);
    poison(dirty.dOut, 0);
    dirty.backward(attention, Workers.caller());
    Floats.assertBits(rows(clean.dq, 1, 300), rows(dirty.dq, 1, 300), "dq of the other rows");
    Floats.assertBits(rows(clean.dk, 1, 300), rows(dirty.dk, 1, 300), "dk of the other keys");
    Floats.assertBits(rows(clean.dv, 1, 300), rows(dirty.dv, 1, 300), "dv of the other keys");
    assertTrue(Float.isNaN(rows(dirty.dk, 0, 1)[0]), "dk of the key that it sees");
    assertTrue(Float.isNaN(rows(dirty.dv, 0, 1)[0]), "dv of the key that it sees");
  }

  @Test
  void emptyRowsGiveZeroAndAreNotRead() {
    Attention attention = Attention.builder().mask(Mask.causal(-3)).build();
    Call clean = Call.both(attention, 1, 1, 1, 20, 20);
    Floats.assertBits(new float[3 * 8], rows(clean.dq, 0, 3), "dq of empty rows");
    Call dirty = new Call(1, 1, 1, 20, 20).forward(attention);
    poison(dirty.dOut, 1);
    poison(dirty.q, 2);
    dirty.backward(attention, Workers.caller());
    dirty.assertSame(clean, "poison in empty rows");
  }

  @Test
  void lengthsOfZero() {
    Attention attention = Attention.builder().build();
    Call noKeys = Call.both(attention, 1, 2, 1, 3, 0);
    Floats.assertBits(new float[2 * 3 * 8], rows(noKeys.dq, 0, 3), "dq without keys");
    Call noQueries = Call.both(attention, 1, 2, 1, 0, 4);
    Floats.assertBits(new float[4 * 8], rows(noQueries.dk, 0, 4), "dk without queries");
    Floats.assertBits(new float[4 * 6], rows(noQueries.dv, 0, 4), "dv without queries");
    Call.both(attention, 0, 2, 1, 3, 4);
  }

  @Test
  void anInfiniteTemperatureHasNoGradient() {
    Attention attention = Attention.builder().temperature(Float.POSITIVE_INFINITY).build();
    Call call = new Call(1, 1, 1, 5, 9).forward(attention);
    float[] ofTemperature = {7};
    call.backward(attention, new OptionGradients(null, ofTemperature, null));
    Floats.assertBits(new float[5 * 8], rows(call.dq, 0, 5), "dq");
    Floats.assertBits(new float[9 * 8], rows(call.dk, 0, 9), "dk");
    assertEquals(0f, ofTemperature[0]);
    assertTrue(rows(call.dv, 0, 9)[0] != 0, "dv is not 0");
  }

  /** Few heads: threads share the keys of a head, and the heads of a group. */
  @Test
  void theBitsDoNotDependOnTheThreads() {
    for (int keyHeads = 1; keyHeads <= 2; keyHeads++) {
      Attention attention = Attention.builder().mask(Mask.window(900, 30)).build();
      Call alone = Call.both(attention, 1, 2, keyHeads, 600, 1500);
      for (Workers workers : new Workers[] {TestWorkers.TWO, TestWorkers.THREE}) {
        Call shared = new Call(1, 2, keyHeads, 600, 1500).forward(attention);
        shared.backward(attention, workers).assertSame(alone, keyHeads + " key heads");
      }
    }
  }

  /** A row of dq does not depend on the other rows of the call. */
  @Test
  void rowsOfQueriesCanBeTakenApart() {
    Attention attention = Attention.builder().mask(Mask.causal(40)).build();
    Call whole = Call.both(attention, 1, 2, 2, 300, 340);
    for (int from : new int[] {0, 7, 256}) {
      Attention part = Attention.builder().mask(Mask.causal(40 + from)).build();
      Call rows = new Call(1, 2, 2, 44, 340);
      rows.q = whole.q.slice(2, from, from + 44);
      rows.dOut = whole.dOut.slice(2, from, from + 44);
      rows.forward(part).backward(part, Workers.caller());
      Floats.assertBits(rows(whole.dq, from, from + 44), rows(rows.dq, 0, 44), "from " + from);
    }
  }

  @Test
  void resultsMayTakeThePlaceOfWhatTheyAreGradientsOf() {
    Attention attention = Attention.builder().mask(Mask.causal()).build();
    for (Workers workers : new Workers[] {Workers.caller(), TestWorkers.TWO}) {
      Call apart = Call.both(attention, 2, 3, 3, 300, 300);
      Call inPlace = new Call(2, 3, 3, 300, 300).forward(attention);
      inPlace.dq = inPlace.q;
      inPlace.dk = inPlace.k;
      inPlace.dv = inPlace.v;
      inPlace.backward(attention, workers).assertSame(apart, "in place");
    }
  }

  @Test
  void whatIsNotWantedIsNotWritten() {
    Attention attention = Attention.builder().softcap(3f).build();
    Call all = Call.both(attention, 1, 2, 1, 40, 60);
    Call some = new Call(1, 2, 1, 40, 60).forward(attention);
    some.dk = null;
    some.backward(attention, Workers.caller());
    Floats.assertBits(rows(all.dq, 0, 40), rows(some.dq, 0, 40), "dq alone");
    Floats.assertBits(rows(all.dv, 0, 60), rows(some.dv, 0, 60), "dv alone");
    some.dq = null;
    some.dv = null;
    some.backward(attention, Workers.caller());
  }

  private static void refused(Attention attention, Call call, String... says) {
    float[][] before = contents(call);
    assertIllegal(() -> call.backward(attention, Workers.caller()), says);
    float[][] after = contents(call);
    for (int t = 0; t < before.length; t++) {
      Floats.assertBits(before[t], after[t], Arrays.toString(says));
    }
  }

  private static float[][] contents(Call call) {
    FloatTensor[] all = {call.q, call.k, call.v, call.out, call.dOut, call.dq, call.dk, call.dv};
    float[][] contents = new float[all.length][];
    for (int t = 0; t < all.length; t++) {
      contents[t] = all[t] == null ? new float[0] : all[t].toArray();
    }
    return contents;
  }

  @Test
  void wrongShapesAndOverlapsAreRefusedBeforeAnythingIsWritten() {
    Attention plain = Attention.builder().build();
    Call call = new Call(1, 2, 1, 5, 9);
    call.dOut = FloatTensor.allocate(1, 2, 5, 7);
    refused(plain, call, "dOut.size(3) is 7", "v.size(3) is 6");
    call = new Call(1, 2, 1, 5, 9);
    call.out = FloatTensor.allocate(1, 2, 4, 6);
    refused(plain, call, "out.size(2) is 4", "q.size(2) is 5");
    call = new Call(1, 2, 1, 5, 9);
    call.logSumExp = FloatTensor.allocate(1, 2, 4);
    refused(plain, call, "logSumExp.size(2) is 4", "q.size(2) is 5");
    call = new Call(1, 2, 1, 5, 9);
    call.dk = FloatTensor.allocate(1, 1, 8, 8);
    refused(plain, call, "dk.size(2) is 8", "k.size(2) is 9");
    call = new Call(1, 2, 1, 5, 9);
    float[] shared = new float[2 * 5 * 8 + 3];
    call.q = FloatTensor.ofRange(shared, 0, 1, 2, 5, 8);
    call.dq = FloatTensor.ofRange(shared, 3, 1, 2, 5, 8);
    refused(plain, call, "dq", "overlaps q");
    call = new Call(1, 2, 2, 9, 9);
    call.dk = call.dq;
    refused(plain, call, "dq", "overlaps dk");
    refused(
        Attention.builder().temperature(1f, 0f).build(),
        new Call(1, 2, 1, 5, 9),
        "temperature is 0");
  }

  @Test
  void gradientsOfOptionsBelongToOptions() {
    Attention plain = Attention.builder().build();
    Call call = new Call(1, 2, 1, 5, 9);
    FloatTensor bias = FloatTensor.allocate(9);
    float[] two = new float[2];
    assertIllegal(() -> call.backward(plain, new OptionGradients(bias, null, null)), "no bias");
    assertIllegal(() -> call.backward(plain, new OptionGradients(null, two, null)), "temperature");
    assertIllegal(() -> call.backward(plain, new OptionGradients(null, null, two)), "sinks");
    assertMissing("gradients", () -> call.backward(plain, (OptionGradients) nothing()));
    Attention all = Attention.builder().bias(bias).temperature(1f, 2f).sinks(0f, 0f).build();
    assertIllegal(
        () -> call.backward(all, new OptionGradients(FloatTensor.allocate(1, 9), null, null)),
        "gradients.bias",
        "[1, 9]");
    assertIllegal(() -> call.backward(all, new OptionGradients(bias, null, null)), "overlaps bias");
    assertIllegal(
        () -> call.backward(all, new OptionGradients(null, new float[3], null)), "3", "2");
    assertIllegal(() -> call.backward(all, new OptionGradients(null, two, two)), "one array");
  }

  /**
   * Each chunk of 256 queries has its share; a tree adds them up: the first two, then the third.
   */
  @Test
  void optionsOfManyQueriesHaveTheSharesOfAllChunks() {
    Attention attention = Attention.builder().sinks(0.5f, -1f).temperature(2f, 0.5f).build();
    Call whole = new Call(1, 2, 1, 600, 40).forward(attention);
    float[][] all = new float[2][2];
    whole.backward(attention, new OptionGradients(null, all[0], all[1]));
    float[][] summed = new float[2][2];
    for (int from = 0; from < 600; from += 256) {
      int to = Math.min(600, from + 256);
      float[][] part = new float[2][2];
      attention.backward(
          whole.q.slice(2, from, to),
          whole.k,
          whole.v,
          whole.out.slice(2, from, to),
          whole.dOut.slice(2, from, to),
          whole.logSumExp.slice(2, from, to),
          null,
          null,
          null,
          new OptionGradients(null, part[0], part[1]),
          Workers.caller());
      for (int n = 0; n < 4; n++) {
        summed[n / 2][n % 2] += part[n / 2][n % 2];
      }
    }
    Floats.assertBits(summed[0], all[0], "gradient of temperatures");
    Floats.assertBits(summed[1], all[1], "gradient of sinks");
  }

  /**
   * A batch of sequences one after another gives each what it gets by itself, and options the sums;
   * temperatures are powers of two, so that the order of sum and division makes no difference.
   */
  @Test
  void raggedSequencesHaveTheBitsOfDenseOnes() {
    int[] queryStarts = {0, 5, 5, 305, 320};
    int[] keyStarts = {0, 40, 60, 360, 700};
    long heads = 4;
    FloatTensor q = Floats.tensor("q", FloatKind.NORMAL, 320, heads, 8);
    FloatTensor k = Floats.tensor("k", FloatKind.NORMAL, 700, 2, 8);
    FloatTensor v = Floats.tensor("v", FloatKind.NORMAL, 700, 2, 6);
    FloatTensor dOut = Floats.tensor("dOut", FloatKind.NORMAL, 320, heads, 6);
    FloatTensor out = FloatTensor.allocate(320, heads, 6);
    FloatTensor sums = FloatTensor.allocate(320, heads);
    Attention attention =
        Attention.builder()
            .mask(Mask.causal())
            .softcap(4f)
            .temperature(2f, 2f, 0.5f, 1f)
            .sinks(0.5f, -1f, 2f, 0f)
            .build();
    RowStatistics statistics = RowStatistics.of(sums);
    attention.forward(q, k, v, queryStarts, keyStarts, out, statistics, Workers.caller());
    for (Workers workers : new Workers[] {Workers.caller(), TestWorkers.TWO}) {
      float[][] ofOptions = new float[2][4];
      FloatTensor dq = Floats.filledTensor(7f, q.shape());
      FloatTensor dk = Floats.filledTensor(7f, k.shape());
      FloatTensor dv = Floats.filledTensor(7f, v.shape());
      attention.backward(
          q,
          k,
          v,
          queryStarts,
          keyStarts,
          out,
          dOut,
          sums,
          dq,
          dk,
          dv,
          new OptionGradients(null, ofOptions[0], ofOptions[1]),
          workers);
      float[][] summed = new float[2][4];
      for (int s = 0; s < 4; s++) {
        int queries = queryStarts[s + 1] - queryStarts[s];
        Call own = new Call(1, 4, 2, queries, keyStarts[s + 1] - keyStarts[s]);
        own.q = sequence(q, queryStarts, s);
        own.k = sequence(k, keyStarts, s);
        own.v = sequence(v, keyStarts, s);
        own.dOut = sequence(dOut, queryStarts, s);
        float[][] part = new float[2][4];
        own.forward(attention).backward(attention, new OptionGradients(null, part[0], part[1]));
        for (int head = 0; head < 4; head++) {
          summed[0][head] += part[0][head];
          summed[1][head] += part[1][head];
        }
        Call.assertBits(own.dq, sequence(dq, queryStarts, s), "dq of sequence " + s);
        Call.assertBits(own.dk, sequence(dk, keyStarts, s), "dk of sequence " + s);
        Call.assertBits(own.dv, sequence(dv, keyStarts, s), "dv of sequence " + s);
      }
      Floats.assertBits(summed[0], ofOptions[0], "gradient of temperatures");
      Floats.assertBits(summed[1], ofOptions[1], "gradient of sinks");
    }
  }

  private static FloatTensor sequence(FloatTensor rows, int[] starts, int s) {
    FloatTensor own = rows.slice(0, starts[s], starts[s + 1]).permute(1, 0, 2);
    return FloatTensor.of(own.toArray(), 1, own.size(0), own.size(1), own.size(2));
  }
}
