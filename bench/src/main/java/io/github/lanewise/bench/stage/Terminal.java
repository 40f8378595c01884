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
}
