package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares another JDK with this one. Both measure in processes that take turns; what fails is
 * measured again in new ones, and the best of three counts on either side: what the compiler made
 * of a kernel by accident says nothing about the JDK. The speed there is read as soon as it is
 * enough, while that here is given its time: their quotient is a lower bound.
 */
final class Comparison {
  private static final int ATTEMPTS = 3;

  private final Terminal terminal;
  private final Judge.Source here;
  private final Judge.Source there;

  Comparison(Terminal terminal, Judge.Source here, Judge.Source there) {
    this.terminal = terminal;
    this.here = here;
    this.there = there;
  }

  /**
   * Returns what is thought of each of the works, and of the ruler that they are measured by.
   *
   * @param expected the ratios that are expected here
   */
  List<Compared> compare(List<String> works, Map<String, Double> expected) {
    Map<String, Compared> all = new LinkedHashMap<>();
    for (String work : works) {
      all.put(work, new Compared(work, expected.getOrDefault(work, 0.0), null, null));
    }
    // All others rest on it: were it slower there, they would seem fast.
    all.put(Ruler.NAME, new Compared(Ruler.NAME, 0, null, null));
    List<String> open = List.copyOf(all.keySet());
    for (int attempt = 0; attempt < ATTEMPTS && !open.isEmpty(); attempt++) {
      if (attempt > 0) {
        terminal.line(
            Text.format(
                "  once more (%d of %d): %s", attempt, ATTEMPTS - 1, String.join("; ", open)));
      }
      attempt(open, all);
      open = all.values().stream().filter(c -> !c.passed()).map(Compared::work).toList();
    }
    return new ArrayList<>(all.values());
  }

  private void attempt(List<String> works, Map<String, Compared> all) {
    Map<String, Double> never = new LinkedHashMap<>();
    works.forEach(work -> never.put(work, Double.POSITIVE_INFINITY));
    Map<String, Measurement> seenHere = measure(here, never);
    Map<String, Double> enough = new LinkedHashMap<>();
    for (String work : works) {
      @Nullable Measurement seen = seenHere.get(work);
      enough.put(work, seen == null ? 0 : seen.ratio() * Compared.LEAST);
    }
    Map<String, Measurement> seenThere = measure(there, enough);
    for (String work : works) {
      all.computeIfPresent(work, (w, c) -> c.and(seenHere.get(w), seenThere.get(w)));
    }
  }

  private static Map<String, Measurement> measure(Judge.Source source, Map<String, Double> enough) {
    Map<String, Measurement> seen = new LinkedHashMap<>();
    source.measure(enough).forEach(m -> seen.put(m.work(), m));
    return seen;
  }
}
