package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The contenders take turns: a round goes through all questions, and at each of them everybody has
 * a JVM, one right after the other, so that a ratio compares neighbours in time. Who begins changes
 * from round to round.
 */
public final class InterleavedRounds {
  private static final int REPLANS = 2;

  private final List<Cell> cells = new ArrayList<>();
  private final List<Question> questions;
  private final List<Missing> missing = new ArrayList<>();
  private final Set<String> unloadable = new HashSet<>();
  private final ForkRunner.Plan plan;
  private final ForkRunner runner;

  InterleavedRounds(
      List<Question> questions,
      List<Contender> contenders,
      ForkRunner.Plan plan,
      ForkRunner runner) {
    this.questions = questions;
    this.plan = plan;
    this.runner = runner;
    for (Question question : questions) {
      for (Contender contender : contenders) {
        if (contender.answers(question)) {
          cells.add(new Cell(question, contender, plan));
        }
      }
    }
  }

  /** Questions and contenders that answer them. */
  int cells() {
    return cells.size();
  }

  /** Questions that somebody answers. */
  int questions() {
    return (int) cells.stream().map(cell -> cell.question).distinct().count();
  }

  /**
   * One round.
   *
   * @param step runs after each JVM, or where there is none to run
   */
  void run(int round, Runnable step) {
    for (Question question : questions) {
      List<Cell> turns = cells.stream().filter(cell -> cell.question.equals(question)).toList();
      for (Cell cell : rotated(turns, round)) {
        if (!cell.failed && !unloadable.contains(cell.contender.name())) {
          measure(round, cell);
        }
        step.run();
      }
    }
  }

  private void measure(int round, Cell cell) {
    ForkRunner.Outcome outcome = runner.run(round, cell.question, cell.contender, cell.plan);
    for (int again = 0; again < REPLANS && replan(cell, outcome); again++) {
      outcome = runner.run(round, cell.question, cell.contender, cell.plan);
    }
    Fork fork = outcome.fork();
    if (fork != null) {
      cell.forks.add(fork);
      cell.largestError = Math.max(cell.largestError, outcome.largestError());
      return;
    }
    cell.failed = true;
    String name = cell.contender.name();
    if (outcome.unloadable()) {
      unloadable.add(name);
    }
    missing.add(
        new Missing(
            name,
            outcome.unloadable() ? "" : cell.question.id(),
            (round == 0 ? "" : Text.format("in round %d: ", round + 1)) + outcome.reason()));
  }

  /** Whether the calls are slower, or much faster, than was planned for: then plans anew. */
  private boolean replan(Cell cell, ForkRunner.Outcome outcome) {
    Fork fork = outcome.fork();
    double nanos = fork == null ? outcome.slowNanos() : Collections.min(fork.nanos());
    boolean wrong =
        fork == null ? nanos > 0 : cell.plan.single() && nanos < ForkRunner.Plan.SLOW_NANOS / 2;
    if (wrong) {
      cell.plan = plan.forCall(nanos);
    }
    return wrong;
  }

  /** What was measured so far. */
  List<Measurement> measurements() {
    return cells.stream()
        .filter(cell -> !cell.forks.isEmpty())
        .map(
            cell ->
                new Measurement(
                    cell.question.id(),
                    cell.contender.name(),
                    cell.largestError,
                    List.copyOf(cell.forks)))
        .toList();
  }

  /** What could not be. */
  List<Missing> missing() {
    return List.copyOf(missing);
  }

  static <T> List<T> rotated(List<T> turns, int round) {
    List<T> rotated = new ArrayList<>(turns);
    Collections.rotate(rotated, -round);
    return rotated;
  }

  private static final class Cell {
    private final Question question;
    private final Contender contender;
    private final List<Fork> forks = new ArrayList<>();
    private ForkRunner.Plan plan;
    private double largestError;
    private boolean failed;

    Cell(Question question, Contender contender, ForkRunner.Plan plan) {
      this.question = question;
      this.contender = contender;
      this.plan = plan;
    }
  }
}
