package io.github.lanewise.bench.stage;

import java.io.PrintStream;

/**
 * Progress of one long piece of work. On a terminal one line redraws itself; elsewhere a plain line
 * appears at every quarter, so that a log stays readable.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final int PLAIN_LINES = 4;

  private final PrintStream out;
  private final boolean interactive;
  private final String what;
  private final int steps;
  private final long startNanos = System.nanoTime();
  private int done;
  private int drawn = -1;

  ProgressBar(PrintStream out, boolean interactive, String what, int steps) {
    this.out = out;
    this.interactive = interactive;
    this.what = what;
    this.steps = Math.max(steps, 1);
    draw();
  }

  /** Counts one step as done. */
  public void step() {
    done = Math.min(done + 1, steps);
    draw();
  }

  private void draw() {
    int position = interactive ? 200 * done / steps : PLAIN_LINES * done / steps;
    if (position == drawn) {
      return;
    }
    drawn = position;
    if (interactive) {
      out.print("\r" + bar());
      out.flush();
    } else if (position > 0) {
      out.println(plain());
    }
  }

  private String bar() {
    int filled = WIDTH * done / steps;
    return Text.format(
        "%s [%s%s] %3d %%  %d/%d%s",
        what,
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        100 * done / steps,
        done,
        steps,
        // ANSI: erase to the end of the line, what is left of a longer estimate
        remaining() + "\u001b[K");
  }

  private String plain() {
    return Text.format("%s: %d/%d (%d %%)", what, done, steps, 100 * done / steps);
  }

  private String remaining() {
    if (done == 0 || done == steps) {
      return "";
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    return Text.format("  %.0f s left", seconds / done * (steps - done));
  }

  /** Ends the line, whether the work was finished or given up. */
  @Override
  public void close() {
    if (interactive) {
      out.println();
    }
  }
}
