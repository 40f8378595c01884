package io.github.lanewise.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.ResultFile;
import io.github.lanewise.bench.stage.Failure;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class ReportTest {
  private static final List<String> SECTIONS =
      List.of(
          "summary",
          "time",
          "variants",
          "roofline",
          "ratios",
          "limits",
          "accuracy",
          "threads",
          "warm-up",
          "allocation",
          "machine",
          "figures");

  private static final List<Limit> FMA =
      List.of(new Limit("FMA", "GFLOP/s", 0, List.of(100.0, 104.0, 98.0)));

  @Test
  void aRunThatMeasuredNothingSaysSoInEverySection() throws Exception {
    Seen seen = new Seen(Results.empty());
    for (String section : SECTIONS) {
      assertFalse(absences(seen.section(section)).isEmpty(), section);
    }
    assertTrue(seen.elements("svg").isEmpty());
    assertEquals(SECTIONS.size(), Seen.all(seen.elements("nav").get(0), "a").size());
  }

  @Test
  void strangeFiguresAndTextsLeaveThePageWhole() throws Exception {
    Seen seen = new Seen(Results.hostile());
    seen.assertChartsAreWhole();
    assertTrue(seen.elements("script").isEmpty());
    String shown = Results.HOSTILE.replace('\u0001', '\ufffd');
    assertEquals(3, seen.rows("summary", shown).size());
    assertFalse(seen.rows("figures", shown).isEmpty());
  }

  @Test
  void oneRoundWithoutPeersOrLimitsHasChartsForWhatItHas() throws Exception {
    BenchResult result =
        Results.of(
            1,
            Double.NaN,
            List.of(
                Results.measured("exp 4096", "Lanewise", Double.NaN, 2000),
                Results.measured("softmax 64x1024", "Lanewise", Double.NaN, 30_000),
                Results.measured("attention 8 512x64", "Lanewise", Double.NaN, 1e7)),
            List.of());
    Seen seen = new Seen(result);
    seen.assertChartsAreWhole();
    assertEquals(2, Seen.all(seen.section("time"), "svg").size());
    assertEquals(1, Seen.all(seen.section("roofline"), "svg").size());
    for (String section : List.of("ratios", "limits", "threads", "allocation", "machine")) {
      assertTrue(Seen.all(seen.section(section), "svg").isEmpty(), section);
      assertFalse(absences(seen.section(section)).isEmpty(), section);
    }
    assertTrue(seen.section("figures").getTextContent().contains("a single round has no spread"));
  }

  @Test
  void verdictsAreCountedAndHollowWhereThereIsNone() throws Exception {
    BenchResult result =
        Results.of(
            3,
            0.05,
            List.of(
                Results.measured("exp 4096", "Lanewise", 10, 1000, 1010, 990),
                Results.measured("exp 4096", "peer", 10, 2000, 2020, 1980),
                Results.measured("sum 4096", "Lanewise", 10, 1000, 1010, 990),
                Results.measured("sum 4096", "peer", 10, 500, 510, 490),
                Results.measured("max 4096", "Lanewise", 10, 1000, 1010, 990),
                Results.measured("max 4096", "peer", 10, 1100, 1110, 1090),
                Results.measured("divide 4096", "peer", 10, 1100, 1110, 1090)),
            FMA);
    Seen seen = new Seen(result);
    seen.assertChartsAreWhole();
    String tile = Seen.all(seen.section("summary"), "div").get(1).getTextContent();
    assertEquals("Against peer1 faster1 slower1 no winnerof 3 questions", tile);
    assertEquals("faster", seen.rows("ratios", "exp 4096", "peer").get(0).get(5));
    assertEquals("slower", seen.rows("ratios", "sum 4096", "peer").get(0).get(5));
    assertEquals("no winner", seen.rows("ratios", "max 4096", "peer").get(0).get(5));
    assertTrue(seen.rows("ratios", "divide 4096").isEmpty());
    List<Element> points =
        Seen.all(seen.section("ratios"), "path").stream()
            .filter(p -> p.getAttribute("class").startsWith("point mark"))
            .toList();
    List<Boolean> hollow =
        points.stream().map(p -> p.getAttribute("class").contains("open")).toList();
    assertEquals(List.of(false, false, true), hollow);
    String texts = seen.section("ratios").getTextContent();
    assertTrue(texts.contains("0.500, slower") && texts.contains("1.10, no winner"), texts);
  }

  @Test
  void theFiguresAreThoseOfTheResult() throws Exception {
    // 2048 · 2048 · 128 · 2 = 1 073 741 824 operations in 20 ms, at a limit of 100 a nanosecond
    BenchResult result =
        Results.of(
            3,
            0.05,
            List.of(
                Results.measured("qk 2048x2048x128", "Lanewise", 100, 2e7, 2.2e7, 1.8e7),
                Results.measured("qk 2048x2048x128", "peer", 100, 4e7, 4e7, 4e7),
                Results.measured("qk 2048x2048x128, 2 threads", "Lanewise", 200, 1e7)),
            FMA);
    Seen seen = new Seen(result);
    List<String> mine = seen.rows("roofline", "qk 2048x2048x128", "Lanewise").get(0);
    assertEquals(
        List.of("20.0 ms", "18.0 ms to 22.0 ms", "4.77", "53.7 GFLOP/s", "100 GFLOP/s", "54 %"),
        mine.subList(2, mine.size()));
    List<String> ratio = seen.rows("ratios", "qk 2048x2048x128", "peer").get(0);
    assertEquals(List.of("2.00", "1.82 to 2.22", "75 %", "faster"), ratio.subList(2, 6));
    List<String> all = seen.rows("figures", "qk 2048x2048x128", "peer").get(0);
    assertEquals(List.of("2.00", "1.82 to 2.22", "faster"), all.subList(8, 11));
    List<String> gain = seen.rows("threads", "qk 2048x2048x128", "Lanewise").get(0);
    assertEquals(List.of("2", "20.0 ms", "10.0 ms", "2.00", "54 %"), gain.subList(2, 7));
    assertEquals(
        List.of("FMA", "–", "100 GFLOP/s", "98.0", "104", "3"), seen.rows("machine", "FMA").get(0));
  }

  @Test
  void everyFigureOfTheSampleIsTheOneComputedFromItsFile() throws Exception {
    BenchResult sample = sample();
    Seen seen = new Seen(sample);
    seen.assertChartsAreWhole();
    int ratios = 0;
    for (Measurement measurement : sample.measurements()) {
      String question = measurement.question();
      String contender = measurement.contender();
      List<String> row = seen.rows("figures", question, contender).get(0);
      double nanos = median(measurement);
      assertNear(nanos, inNanos(row.get(2)), question + ", " + contender);
      Question asked = Question.parse(question).orElseThrow();
      double achieved = Double.parseDouble(row.get(5).replaceFirst(" G.*", ""));
      assertNear(asked.achieved(nanos), achieved, question + ", " + contender);
      Measurement mine =
          sample.measurements().stream()
              .filter(m -> m.question().equals(question) && m.contender().equals("Lanewise"))
              .findFirst()
              .orElse(null);
      if (mine == null || contender.equals("Lanewise")) {
        assertEquals(Words.NONE, row.get(8));
      } else {
        assertNear(nanos / median(mine), Double.parseDouble(row.get(8)), row.toString());
        assertEquals(row.get(8), seen.rows("ratios", question, contender).get(0).get(2));
        ratios++;
      }
    }
    assertTrue(ratios > 50, ratios + " ratios");
    for (String section : SECTIONS.subList(1, SECTIONS.size() - 1)) {
      assertFalse(Seen.all(seen.section(section), "svg").isEmpty(), section);
      assertTrue(absences(seen.section(section)).isEmpty(), section);
    }
    for (BenchResult.Missing missing : sample.missing()) {
      assertTrue(seen.section("summary").getTextContent().contains(missing.reason()));
    }
  }

  @Test
  void thePageIsWrittenWhereItWasAskedFor(@TempDir Path folder) throws Exception {
    Path file = Report.write(Results.empty(), folder.resolve("a").resolve("b"));
    String html = Files.readString(file);
    assertEquals(folder.resolve("a").resolve("b").resolve("index.html"), file);
    assertTrue(html.contains("href=\"result.json\"") && html.contains("href=\"result.csv\""));
    for (String foreign : List.of("http:", "https:", "src=", "url(", "@import", "<script")) {
      assertFalse(html.contains(foreign), foreign);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Failure failure =
        assertThrows(Failure.class, () -> Report.write(Results.empty(), file.resolve("report")));
    assertTrue(String.valueOf(failure.getMessage()).contains(file.toString()));
  }

  private static BenchResult sample() throws Exception {
    URL file = ReportTest.class.getResource("/io/github/lanewise/bench/result/sample.json");
    return ResultFile.read(Path.of(Objects.requireNonNull(file).toURI()));
  }

  private static double median(Measurement measurement) {
    double[] all =
        measurement.forks().stream()
            .flatMapToDouble(fork -> fork.nanos().stream().mapToDouble(nanos -> nanos))
            .sorted()
            .toArray();
    return (all[(all.length - 1) / 2] + all[all.length / 2]) / 2;
  }

  private static double inNanos(String time) {
    String[] parts = time.split(" ", -1);
    double unit =
        Map.of("ns", 1.0, "µs", 1e3, "ms", 1e6, "s", 1e9).getOrDefault(parts[1], Double.NaN);
    return unit * Double.parseDouble(parts[0]);
  }

  /** Three digits are shown. */
  private static void assertNear(double expected, double shown, String what) {
    assertEquals(expected, shown, 0.0051 * expected, what);
  }

  private static List<String> absences(Element section) {
    return Seen.all(section, "p").stream()
        .filter(p -> p.getAttribute("class").equals("absent"))
        .map(Element::getTextContent)
        .toList();
  }
}
