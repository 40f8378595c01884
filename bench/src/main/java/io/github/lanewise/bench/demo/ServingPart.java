package io.github.lanewise.bench.demo;

import io.github.lanewise.Workers;
import io.github.lanewise.bench.engine.EngineRun;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Many requests at once, served by a decoder with random weights: see {@link EngineRun}. */
final class ServingPart {
  /** Of serving, and of the same requests once more alone. */
  private static final Duration TIME = Duration.ofSeconds(7);

  private static final Duration WARM_UP = Duration.ofSeconds(5);

  private static final int POINTS = 32;
  private static final double[] PERCENTILES = {10, 25, 50, 75, 90, 95, 99, 100};

  private final EngineRun run;

  private ServingPart(EngineRun run) {
    this.run = run;
  }

  /** Runs the part and returns its claims. */
  static List<Claim> run(Terminal terminal, Page page) {
    EngineRun engine = new EngineRun(Workers.caller());
    try (engine) {
      engine.warmUp(WARM_UP.toNanos());
      engine.run(TIME.toNanos(), () -> {}, () -> {});
    }
    ServingPart part = new ServingPart(engine);
    terminal.line(engine.model());
    terminal.line(engine.summary());
    List<Claim> claims = part.claims();
    page.section(
        "Many requests at once",
        Text.format(
            "A decoder of Llama's shape: %s. It serves %d sequences at a time by continuous batching,"
                + " on one thread: prompts are read in chunks beside the tokens of those that are"
                + " being written, a prompt that wants two answers is forked, and a slot that is done"
                + " takes the next request.",
            engine.model(), EngineRun.SLOTS),
        part::draw);
    return claims;
  }

  private List<Claim> claims() {
    return List.of(
        new Claim(
            run.different() == 0 ? "same tokens" : run.different() + " differ",
            run.different() == 0,
            Text.format(
                "each of %d requests, %d of them forked, got alone, in one piece and in another slot",
                run.requests(), run.forks())),
        Claim.figure("%.0f /s", run.tokens() / run.seconds(), "tokens written, all sequences"),
        Claim.figure("%.1f ms", run.firstToken(99), "to the first token, in 99 % of the answers"),
        Claim.figure("%.2f ms", run.nextToken(99), "from a token to the next, in 99 % of them"));
  }

  private void draw(Markup out) {
    Claim.draw(out, claims());
    out.open("div", "class", "grid");
    Series written = new Series("all sequences", 0);
    double[] rates = run.tokensPerSecond(POINTS);
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      double time = run.seconds() * (i + 0.5) / POINTS;
      points.add(new Chart.Point(written, time, rates[i], ""));
    }
    new Chart(
            new Axis("seconds of serving", Axis.Kind.FROM_ZERO),
            new Axis("tokens per second", Axis.Kind.FROM_ZERO))
        .line(points)
        .draw(
            out,
            "Tokens per second",
            "Written in all sequences together. It dips where prompts are read, and where a round of"
                + " requests runs out.");
    List<Chart.Point> latencies = new ArrayList<>();
    Series next = new Series("from a token to the next", 1);
    for (double percentile : PERCENTILES) {
      latencies.add(new Chart.Point(next, percentile, run.nextToken(percentile), ""));
    }
    new Chart(
            new Axis("share of the tokens, %", Axis.Kind.FROM_ZERO),
            new Axis("ms", Axis.Kind.FROM_ZERO))
        .line(latencies)
        .draw(
            out,
            "Latency, ms",
            "So many tokens came within that time after the one before: a step of the whole batch,"
                + " longer where it reads a chunk of a prompt.");
    out.close();
  }
}
