package io.github.lanewise.bench.gate;

import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.bench.DecodeBenchmark;
import io.github.lanewise.bench.SamplerBenchmark;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.QuestionText;
import io.github.lanewise.bench.contender.LanewiseContender;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * An operation on data that stays in the caches: questions of the comparison, and what JMH
 * benchmarks call.
 *
 * @param tellsFrom the least width of lanes in bits at which vector kernels are known to be three
 *     times as fast as scalar ones, or more; {@link #NEVER} where C2 makes vectors of scalar code
 *     too, so that time tells nothing and only garbage is judged
 * @param prepare makes the call ready
 */
record Cell(String name, int tellsFrom, Supplier<Runnable> prepare) {

  static final int NEVER = Integer.MAX_VALUE;

  /** Each operation, in the forms that have kernels of their own. */
  static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    cells.add(question("exp 4096", 128));
    cells.add(question("sum 4096", 256));
    cells.add(question("max 4096", NEVER));
    cells.add(question("divide 4096", NEVER));
    cells.add(question("softmax 32x1024", 128));
    cells.add(question("softmax 128x128 causal", 128));
    cells.add(question("softmax 32x1024 boolean", 256));
    cells.add(question("softmax 32x1024 bits", 256));
    cells.add(question("softmax 32x1024 log", 128));
    cells.add(question("softmax 32x1024 backward", 128));
    cells.add(question("qk 256x256x64", 128));
    cells.add(question("pv 256x64x256", 128));
    cells.add(question("attention 2 256x64", 128));
    cells.add(question("attention 2 256x64 causal", 128));
    cells.add(question("attention 2 256x64 softcap", 128));
    for (Storage storage : Storage.values()) {
      String name = "decode 32:8 1x512x128 " + storage.name().toLowerCase(Locale.ROOT);
      cells.add(
          new Cell(
              name,
              storage == Storage.INT8 ? 256 : 128,
              () -> DecodeBenchmark.call(8, 512, storage)));
    }
    cells.add(new Cell("sampler top-k, top-p, min-p", NEVER, SamplerBenchmark::call));
    return cells;
  }

  private static Cell question(String id, int tellsFrom) {
    return question(id, new LanewiseContender(), tellsFrom);
  }

  static Cell question(String id, Contender contender, int tellsFrom) {
    return new Cell(
        id,
        tellsFrom,
        () -> {
          Question question = QuestionText.parse(id).orElseThrow();
          try {
            return contender.prepare(question, QuestionData.of(question))::run;
          } catch (Exception e) {
            throw new IllegalStateException(id, e);
          }
        });
  }
}
