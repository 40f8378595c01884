package io.github.lanewise.bench.stage;

import java.io.Console;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A program's output: plain lines, and a progress bar that redraws itself where that works. */
public final class Terminal {
  private final PrintStream out;
  private final boolean interactive;

  private Terminal(PrintStream out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Returns standard output: interactive on a terminal, plain lines in a log or in CI. */
  @SuppressWarnings("SystemConsoleNull") // by its contract it may be null, whatever JDK 22 does
  public static Terminal standard() {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    return new Terminal(System.out, terminal && capable(System.getenv("TERM"), inCi()));
  }

  /** Returns a terminal over any stream. */
  public static Terminal of(PrintStream out, boolean interactive) {
    return new Terminal(out, interactive);
  }

  private static boolean inCi() {
    return System.getenv("CI") != null;
  }

  private static boolean capable(@Nullable String term, boolean ci) {
    return !ci && term != null && !term.equals("dumb");
  }

  /** Prints a heading, set off by an empty line. */
  public void heading(String text) {
    out.println();
    out.println(text);
    out.println("-".repeat(text.length()));
  }

  /** Prints one line. */
  public void line(String text) {
    out.println(text);
  }

  /** Prints one line, formatted as {@link Text#format} does. */
  @SuppressWarnings("AnnotateFormatMethod") // as there
  public void line(String format, Object... arguments) {
    out.println(Text.format(format, arguments));
  }

  /** Starts a progress bar for work of a known number of steps. */
  public ProgressBar progress(String what, int steps) {
    return new ProgressBar(out, interactive, what, steps);
  }

  /**
   * Progress of one long piece of work. On a terminal one line redraws itself; elsewhere a plain
   * line appears at every quarter, so that a log stays readable.
   */
  public static final class ProgressBar implements AutoCloseable {
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
}
