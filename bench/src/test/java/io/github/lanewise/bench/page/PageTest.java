package io.github.lanewise.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PageTest {
  private static final String HOSTILE = "<script>alert('&amp;')</script> \"q\" \u0001 ∞";

  @Test
  void thePageIsWellFormedWhateverTheText() throws Exception {
    Page page = new Page(HOSTILE);
    page.subtitle(HOSTILE);
    page.section(HOSTILE, HOSTILE, PageTest::figures);
    String html = page.html();
    Document document = parse(html);
    assertEquals(0, document.getElementsByTagName("script").getLength());
    assertEquals(4, document.getElementsByTagName("svg").getLength());
    assertEquals(
        HOSTILE.replace('\u0001', '\ufffd'),
        document.getElementsByTagName("h1").item(0).getTextContent());
    assertTrue(html.contains("prefers-color-scheme: dark"));
  }

  @Test
  void thePageLoadsNothing() {
    String html = new Page("x").html();
    for (String foreign : List.of("http:", "https:", "src=", "href=", "url(", "@import")) {
      assertFalse(html.contains(foreign), foreign);
    }
  }

  @Test
  void theStyleSheetNeedsNoEscaping() {
    // Inside <style> a browser reads characters as they are, and an XML parser does not.
    String html = new Page("x").html();
    String style = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
    assertFalse(style.contains("&"));
  }

  @Test
  void anOpenElementIsFound() {
    Page page = new Page("x");
    page.section("a", "b", out -> out.open("div"));
    assertThrows(IllegalStateException.class, page::html);
  }

  @Test
  void anUnwritableFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("no").resolve("index.html");
    Failure failure = assertThrows(Failure.class, () -> new Page("x").write(file));
    assertTrue(String.valueOf(failure.getMessage()).contains(file.toString()));
  }

  @Test
  void numbersAreShortAndPlain() {
    assertEquals("0", Markup.number(-0.001));
    assertEquals("100", Markup.number(100));
    assertEquals("1.5", Markup.number(1.5));
    assertEquals("-12.35", Markup.number(-12.346));
    assertEquals("1000000", Markup.number(1e6));
  }

  private static void figures(Markup out) {
    Series series = new Series(HOSTILE, 8);
    Chart bars =
        Chart.bars()
            .bar(HOSTILE, "-1", new Chart.Point(series, 0, -1, ""))
            .bar("b", HOSTILE, new Chart.Point(series, 0, 2, HOSTILE))
            .bar("c", "NaN", new Chart.Point(series, 0, Double.NaN, ""))
            .bar("d", "∞", new Chart.Point(series, 0, Double.POSITIVE_INFINITY, ""));
    Chart zero = Chart.bars().bar("z", "0", new Chart.Point(new Series("all zero", 0), 0, 0, ""));
    Chart.draw(out, List.of(bars, zero), HOSTILE, HOSTILE);
    new HeatMap(new HeatMap.Geometry(50, 50, 20, 20, true), List.of("a", HOSTILE), List.of(HOSTILE))
        .draw(out, HOSTILE, (row, column) -> new HeatMap.Cell(0.5, "1", row == 0, HOSTILE));
    Axis axis = new Axis(HOSTILE, Axis.Kind.FROM_ZERO);
    Chart lines = new Chart(axis, axis);
    for (double value : new double[] {Double.NaN, 1, Double.POSITIVE_INFINITY, 2}) {
      lines.line(
          List.of(
              new Chart.Point(series, 1, value, HOSTILE),
              new Chart.Point(series, 2, Double.NaN, HOSTILE),
              new Chart.Point(series, 3, 2, HOSTILE)));
    }
    assertTrue(lines.draw(out, HOSTILE, HOSTILE));
    Chart.draw(out, List.of(new Chart(axis, axis)), "no line", "");
    assertFalse(new Chart(axis, axis).draw(out, "nothing", "is drawn"));
  }

  private static Document parse(String html) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
  }
}
