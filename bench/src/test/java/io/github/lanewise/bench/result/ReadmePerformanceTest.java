package io.github.lanewise.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.stage.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class ReadmePerformanceTest {
  private static final String EMPTY =
      "# Title\n" + ReadmePerformance.BEGIN + ReadmePerformance.END + "rest\n";

  private final BenchResult sample = SampleResult.create();

  @TempDir Path project;

  @Test
  void replacesTheBlockAndNothingElse() {
    String once = ReadmePerformance.readme(EMPTY, sample);
    assertTrue(once.startsWith("# Title\n" + ReadmePerformance.BEGIN), once);
    assertTrue(once.endsWith(ReadmePerformance.END + "rest\n"), once);
    assertEquals(once, ReadmePerformance.readme(once, sample));
  }

  @Test
  void rewritesTextAndPicture() throws IOException {
    Files.writeString(project.resolve("README.md"), EMPTY);
    Files.createDirectories(project.resolve("docs"));
    Files.writeString(project.resolve(ReadmePerformance.DOCUMENT), EMPTY);
    ResultFile.write(sample, project.resolve(ReadmePerformance.RESULT));
    ReadmePerformance.rewrite(project);
    String readme = Files.readString(project.resolve("README.md"));
    assertEquals(ReadmePerformance.readme(EMPTY, sample), readme);
    String document = Files.readString(project.resolve(ReadmePerformance.DOCUMENT));
    assertEquals(ReadmePerformance.document(EMPTY, sample), document);
    assertEquals(2 + 5, rows(readme).size(), "five rows and their head");
    String picture = Files.readString(project.resolve(ReadmePerformance.PICTURE));
    assertEquals(ReadmePerformance.picture(sample), picture);
    assertTrue(readme.contains("](" + ReadmePerformance.PICTURE + ")"), readme);
  }

  @Test
  void withoutMarksNothingIsWritten() throws IOException {
    ResultFile.write(sample, project.resolve(ReadmePerformance.RESULT));
    Files.createDirectories(project.resolve("docs"));
    Files.writeString(project.resolve(ReadmePerformance.DOCUMENT), EMPTY);
    for (String text :
        List.of(
            "no marks\n",
            ReadmePerformance.END + ReadmePerformance.BEGIN,
            EMPTY + ReadmePerformance.BEGIN)) {
      Path readme = Files.writeString(project.resolve("README.md"), text);
      assertThrows(Failure.class, () -> ReadmePerformance.rewrite(project));
      assertEquals(text, Files.readString(readme));
      assertEquals(EMPTY, Files.readString(project.resolve(ReadmePerformance.DOCUMENT)));
      assertFalse(Files.exists(project.resolve(ReadmePerformance.PICTURE)));
    }
  }

  @Test
  void figuresAreThoseOfTheResult() {
    ReadmeFigures figures = new ReadmeFigures(sample);
    List<String> rows = rows(ReadmePerformance.document(EMPTY, sample));
    assertEquals(
        "|  | Lanewise | its share | Plain Java | JDK Vector EXP | ONNX Runtime | PyTorch | oneDNN"
            + " | MKL | Jlama |",
        rows.get(0));
    // SampleResult's own numbers: 78 % of a peak of 281, and 0.72 and 0.95 of Lanewise's speed
    String[] cells = row(rows, "attention, 8 heads, 2048 x 64 ").split("\\|", -1);
    double speed = Double.parseDouble(cells[2].replace("GFLOP/s", ""));
    assertEquals(0.78 * 281 * 0.97, speed, 0.05 * speed);
    assertEquals(78, Double.parseDouble(cells[3].replace("% of FMA", "")), 5);
    assertEquals(1 / 0.72, Double.parseDouble(cells[6].replaceAll("\\(.*", "")), 0.1);
    assertTrue(cells[7].startsWith(" no winner ("), cells[7]);
    assertEquals(12 + 4, figures.tableQuestions().size(), "12 of one thread, 4 of two");
  }

  @Test
  void namesNoWinnerInsideTheNoise() {
    String quiet = row(rows(ReadmePerformance.document(EMPTY, sample)), "softmax, 64 x 1024 ");
    assertFalse(quiet.contains("| no winner (4"), quiet);
    BenchResult wild =
        SampleResult.with(sample.measurements(), new Disturbance(Double.NaN, Double.NaN, 9));
    String text = ReadmePerformance.document(EMPTY, wild);
    String[] cells = row(rows(text), "softmax, 64 x 1024 ").split(" \\| ", -1);
    assertTrue(cells[3].startsWith("no winner ("), cells[3]);
    assertTrue(text.contains("an unknown number of processors"), text);
    assertTrue(text.contains("the hypervisor took unknown"), text);
    assertFalse(ReadmePerformance.picture(wild).contains("Lanewise is faster"));
    assertTrue(ReadmePerformance.picture(sample).contains("Lanewise is faster"));
  }

  @Test
  void pictureIsXmlInsideItsFrame() throws Exception {
    byte[] picture = ReadmePerformance.picture(sample).getBytes(StandardCharsets.UTF_8);
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(picture));
    Element root = document.getDocumentElement();
    double width = Double.parseDouble(root.getAttribute("width"));
    double height = Double.parseDouble(root.getAttribute("height"));
    NodeList lines = document.getElementsByTagName("line");
    assertTrue(lines.getLength() > 30, lines.getLength() + " lines");
    for (int i = 0; i < lines.getLength(); i++) {
      Element line = (Element) lines.item(i);
      for (String name : List.of("x1", "x2")) {
        double x = Double.parseDouble(line.getAttribute(name));
        assertTrue(x >= 0 && x <= width, name + " is " + x);
      }
      assertTrue(Double.parseDouble(line.getAttribute("y2")) <= height);
    }
    assertTrue(root.getTextContent().contains("prefers-color-scheme: dark"));
  }

  @Test
  void aResultWithoutLanewiseHasAnEmptyTable() {
    BenchResult nobody = SampleResult.with(List.of(), sample.disturbance());
    assertEquals(2, rows(ReadmePerformance.document(EMPTY, nobody)).size());
    assertTrue(ReadmePerformance.picture(nobody).endsWith("</svg>\n"));
  }

  private static List<String> rows(String readme) {
    return readme.lines().filter(line -> line.startsWith("|")).toList();
  }

  private static String row(List<String> rows, String start) {
    return rows.stream().filter(r -> r.startsWith("| " + start)).findFirst().orElseThrow();
  }
}
