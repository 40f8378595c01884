package io.github.lanewise.bench.engine;

import io.github.lanewise.Lanewise;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.time.Duration;

/**
 * The engine by itself: {@code mvn -Pjmh -Djmh.main=io.github.lanewise.bench.engine.EngineMain
 * -Djmh.args="600"} serves for ten minutes. Exit status 1 if a request got other tokens alone.
 */
public final class EngineMain {
  private static final int SECONDS = 60;
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final int PARTS = 12;
  private static final int ROUNDS_PER_LINE = 10;

  private EngineMain() {}

  /** The arguments, both of which may be left out: seconds, and threads. */
  public static void main(String[] arguments) {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : SECONDS;
    int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    Terminal terminal = Terminal.standard();
    Lanewise.warmUp(Duration.ofSeconds(30));
    try (Workers workers = Workers.threads(threads);
        EngineRun run = new EngineRun(workers)) {
      run.warmUp(WARM_UP.toNanos());
      terminal.line(run.model() + "; " + EngineRun.SLOTS + " slots; " + workers);
      run.run(
          Duration.ofSeconds(seconds).toNanos(),
          () -> {},
          () -> {
            if (run.memory().size() % ROUNDS_PER_LINE == 0) {
              terminal.line(run.summary());
            }
          });
      terminal.line(run.summary());
      StringBuilder rates = new StringBuilder("tokens/s over time:");
      for (double rate : run.tokensPerSecond(PARTS)) {
        rates.append(Text.format(" %.0f", rate));
      }
      terminal.line(rates.toString());
      for (double percentile : new double[] {50, 90, 99, 99.9}) {
        terminal.line(
            "%5.1f %%: first token within %7.2f ms, next token within %6.2f ms",
            percentile, run.firstToken(percentile), run.nextToken(percentile));
      }
      System.exit(run.different() == 0 ? 0 : 1);
    }
  }
}
