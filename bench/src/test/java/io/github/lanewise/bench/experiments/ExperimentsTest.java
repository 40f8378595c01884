package io.github.lanewise.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.training.Weighting;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan so small that a test can carry it out: results, page, and what is not done twice. */
class ExperimentsTest {
  private static final Plan TINY = new Plan(8, 1, List.of(16, 64), 60, 60, List.of(1L, 2L));

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Terminal terminal =
      Terminal.of(new PrintStream(printed, true, StandardCharsets.UTF_8), false);

  @Test
  void whatIsStoredIsNotTrainedAgain(@TempDir Path folder) throws Exception {
    Map<Setting, List<RunResult>> first = Experiments.run(terminal, TINY, folder);
    String plain = "scaled-16-1.json";
    String other = "scaled-16-2.json";
    String before = Files.readString(folder.resolve(plain));
    Files.writeString(folder.resolve(other), "{damaged");
    Map<Setting, List<RunResult>> second = Experiments.run(terminal, TINY, folder);
    assertEquals(before, Files.readString(folder.resolve(plain)));
    List<RunResult> old = Objects.requireNonNull(first.get(TINY.scale(16, true)));
    List<RunResult> again = Objects.requireNonNull(second.get(TINY.scale(16, true)));
    assertEquals(old.get(0), again.get(0)); // its seconds too: it is the same run
    assertEquals(old.get(1).loss(), again.get(1).loss()); // trained again, to the same end
    assertNotEquals(old.get(1).seconds(), again.get(1).seconds());
    assertTrue(printed.toString(StandardCharsets.UTF_8).contains("Training: 22/22 (100 %)"));
    check(second);
  }

  private static void check(Map<Setting, List<RunResult>> results) {
    Figures figures = new Figures(TINY, results);
    RunResult plain = figures.of(TINY.scale(16, true)).getFirst();
    assertEquals(60, plain.loss().size());
    assertEquals(6, plain.entropy().size());
    assertEquals(3, plain.validation().size()); // at 0, at 50 and at the end
    assertTrue(plain.finalValidation() < plain.validation().getFirst());
    RunResult relu = figures.of(TINY.weighting(Weighting.RELU)).getFirst();
    assertEquals(0, relu.failedAt(), "0/0 where no score is positive");
    assertEquals(4, figures.of(TINY.temperatures()).getFirst().temperatures().get(0).size());
    Page page = new Page("test");
    ExperimentSections.draw(page, TINY, results);
    String html = page.html();
    assertTrue(html.contains("Calibration") && html.contains("ReLU by its sum"), html);
    assertTrue(figures.markdown().contains("| d = 64, not scaled |"), figures.markdown());
  }

  @Test
  void stepsToALossLieOnALineBetweenTwoLooks() {
    RunResult run =
        new RunResult(
            "",
            List.of(),
            List.of(),
            List.of(),
            List.of(4.0, 3.0, 2.5),
            -1,
            List.of(),
            null,
            0,
            0,
            0);
    assertEquals(25, Figures.stepsTo(run, 3.5));
    assertEquals(50, Figures.stepsTo(run, 3));
    assertEquals(0, Figures.stepsTo(run, 5));
    assertEquals(Double.NaN, Figures.stepsTo(run, 2));
  }
}
