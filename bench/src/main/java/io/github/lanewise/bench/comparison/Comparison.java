package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.machine.DisturbanceMeter;
import io.github.lanewise.bench.machine.MachineInfo;
import io.github.lanewise.bench.machine.MachineLimits;
import io.github.lanewise.bench.machine.SideMeasurements;
import io.github.lanewise.bench.report.Report;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.ResultFile;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.bench.stage.Text;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** One run: rounds, what is measured beside them, and the result that they make. */
final class Comparison {
  private final CompareCommand options;
  private final List<Contender> contenders;
  private final InterleavedRounds rounds;
  private final PrintStream log;
  private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final long startNanos = System.nanoTime();
  private final DisturbanceMeter meter = DisturbanceMeter.start();
  private final MachineLimits limits = new MachineLimits();
  private SideMeasurements.Results sides =
      new SideMeasurements.Results(List.of(), List.of(), List.of());

  Comparison(
      CompareCommand options,
      List<Question> questions,
      List<Contender> contenders,
      PrintStream log,
      long mostSeconds) {
    this.options = options;
    this.contenders = contenders;
    this.log = log;
    this.rounds =
        new InterleavedRounds(
            questions,
            contenders,
            options.quick ? ForkRunner.Plan.QUICK : ForkRunner.Plan.USUAL,
            new ForkRunner(log, mostSeconds));
  }

  /** Measures everything; after each round what there is so far is stored. */
  BenchResult run(Terminal terminal, ReportFolder folder) {
    int forks = rounds.cells() * options.rounds();
    terminal.line(
        Text.format(
            "%s; questions: %d, rounds: %d; a JVM each time: %d in all",
            String.join(", ", contenders.stream().map(Contender::name).toList()),
            rounds.questions(),
            options.rounds(),
            forks));
    try (ProgressBar bar = terminal.progress("Contenders", forks)) {
      for (int round = 0; round < options.rounds(); round++) {
        limits.sample();
        rounds.run(round, bar::step);
        store(folder, round + 1);
      }
    }
    try (ProgressBar bar =
        terminal.progress("Errors, warm-up", SideMeasurements.steps(options.quick))) {
      sides = SideMeasurements.run(options.quick, bar::step);
    }
    return result(options.rounds());
  }

  /** If it fails, the end of the run tells why: it stores the same again, and more. */
  private void store(ReportFolder folder, int done) {
    try {
      ResultFile.write(result(done), folder.path().resolve(Report.JSON));
    } catch (Failure e) {
      e.printStackTrace(log);
    }
  }

  private BenchResult result(int done) {
    List<Measurement> measurements = rounds.measurements();
    List<Missing> missing = new ArrayList<>(rounds.missing());
    missing.addAll(sides.missing());
    return new BenchResult(
        BenchResult.FORMAT,
        started.toString(),
        (System.nanoTime() - startNanos) / 1e9,
        done,
        options.command(contenders.stream().anyMatch(Comparison::isPeer)),
        MachineInfo.read(),
        disturbance(measurements),
        limits.limits(),
        contenders.stream().map(c -> new ContenderInfo(c.name(), c.description())).toList(),
        measurements,
        sides.ulps(),
        sides.warmUps(),
        missing);
  }

  /** The FMA loop is sampled here, and beside each question that it limits. */
  private Disturbance disturbance(List<Measurement> measurements) {
    List<Double> samples = new ArrayList<>(limits.multiplyAdds());
    for (Measurement measurement : measurements) {
      Question question = Question.of(measurement.question());
      if (question.limit() == LimitKind.FMA && question.threads() == 1) {
        measurement.forks().forEach(fork -> samples.addAll(fork.limits()));
      }
    }
    return meter.stop(samples);
  }

  /** Whether it comes from the module of native peers. */
  private static boolean isPeer(Contender contender) {
    return contender.getClass().getPackageName().endsWith(".peers");
  }
}
