package io.github.lanewise.bench.report;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.result.BenchResult;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A page as a reader sees it: parsed, with its tables and charts. */
final class Seen {
  /** A corner of a shape or the end of its interval may be this far from the point. */
  private static final double SLACK = 0.01;

  private static final Pattern PLACES = Pattern.compile("[ML](-?[0-9.]+) (-?[0-9.]+)|H(-?[0-9.]+)");

  private final Document document;

  Seen(BenchResult result) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    document =
        factory
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Report.page(result).html())));
  }

  /** The section with this id. */
  Element section(String id) {
    return all(document.getDocumentElement(), "section").stream()
        .filter(s -> s.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no section " + id));
  }

  List<Element> elements(String tag) {
    return all(document.getDocumentElement(), tag);
  }

  static List<Element> all(Element parent, String tag) {
    NodeList found = parent.getElementsByTagName(tag);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }

  /** The cells of all rows of the tables of a section whose first cells are these. */
  List<List<String>> rows(String section, String... first) {
    List<List<String>> rows = new ArrayList<>();
    for (Element row : all(section(section), "tr")) {
      List<String> cells = all(row, "td").stream().map(Element::getTextContent).toList();
      if (cells.size() >= first.length && cells.subList(0, first.length).equals(List.of(first))) {
        rows.add(cells);
      }
    }
    return rows;
  }

  /** Every chart has marks, and draws nothing beyond its edges. */
  void assertChartsAreWhole() {
    for (Element chart : elements("svg")) {
      String name = chart.getAttribute("aria-label");
      assertTrue(!name.isEmpty() && chart.getAttribute("role").equals("img"), name);
      String[] box = chart.getAttribute("viewBox").split(" ", -1);
      double width = Double.parseDouble(box[2]);
      double height = Double.parseDouble(box[3]);
      int marks = 0;
      for (Element shape : all(chart, "*")) {
        marks += List.of(shape.getAttribute("class").split(" ", -1)).contains("mark") ? 1 : 0;
        for (double[] place : places(shape)) {
          assertTrue(
              place[0] >= -SLACK
                  && place[0] <= width + SLACK
                  && place[1] >= -SLACK
                  && place[1] <= height + SLACK,
              () -> name + ": " + shape.getTagName() + " at " + place[0] + ", " + place[1]);
        }
      }
      assertTrue(marks > 0, name + " is empty");
    }
  }

  private static List<double[]> places(Element shape) {
    List<double[]> places = new ArrayList<>();
    double x = number(shape, "x");
    double y = number(shape, "y");
    switch (shape.getTagName()) {
      case "line" -> {
        places.add(new double[] {number(shape, "x1"), number(shape, "y1")});
        places.add(new double[] {number(shape, "x2"), number(shape, "y2")});
      }
      case "rect" -> {
        places.add(new double[] {x, y});
        places.add(new double[] {x + number(shape, "width"), y + number(shape, "height")});
      }
      case "text" -> places.add(new double[] {x, y});
      case "path" -> {
        Matcher match = PLACES.matcher(shape.getAttribute("d"));
        while (match.find()) {
          boolean across = match.group(3) != null;
          x = Double.parseDouble(across ? match.group(3) : match.group(1));
          y = across ? y : Double.parseDouble(match.group(2));
          places.add(new double[] {x, y});
        }
        assertTrue(!places.isEmpty(), shape.getAttribute("d"));
      }
      default -> {}
    }
    return places;
  }

  /** NaN, which is within nothing, if the attribute is no number; 0 if there is none. */
  private static double number(Element shape, String attribute) {
    String value = shape.getAttribute(attribute);
    return value.isEmpty() ? 0 : value.contains("∞") ? Double.NaN : Double.parseDouble(value);
  }
}
