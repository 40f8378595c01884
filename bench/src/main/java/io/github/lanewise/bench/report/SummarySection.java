package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Verdict;
import io.github.lanewise.bench.stage.Text;
import java.util.EnumMap;
import java.util.Map;

/** What was measured where, who took part, and how often Lanewise was the faster one. */
final class SummarySection {
  private static final double QUIET = 0.05;

  private SummarySection() {}

  static Section of(Figures figures) {
    return new Section(
        "summary",
        "Summary",
        "Who is faster?",
        "How many questions each of the others answers slower than Lanewise, or faster, and for how"
            + " many this run names no winner, since the difference is within its noise of "
            + Words.share(figures.noise())
            + ".",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    BenchResult result = figures.result();
    out.open("div", "class", "tiles").newLine();
    for (Series other : figures.others()) {
      tile(out, figures, other);
    }
    out.close().newLine();
    if (figures.others().isEmpty()) {
      Section.absent(out, "Nobody but Lanewise took part, so there is nobody to compare it with.");
    }
    out.element("h3", "The machine");
    machine(out, result);
    out.element("p", disturbance(result.disturbance(), figures.noise()));
    out.element("h3", "Who took part");
    Table table = new Table(2, "contender", "what runs");
    for (ContenderInfo contender : result.contenders()) {
      table.row(contender.name(), contender.description());
    }
    if (table.empty()) {
      Section.absent(out, "The result names no contenders.");
    } else {
      table.wrapped().draw(out);
    }
    out.element("h3", "What is missing, and why");
    Table missing = new Table(3, "contender", "question", "reason");
    for (Missing one : result.missing()) {
      String question = one.question().isEmpty() ? "all" : one.question();
      missing.row(one.contender(), question, one.reason());
    }
    if (missing.empty()) {
      Section.absent(out, "Nothing: whatever was asked for has been measured.");
    } else {
      missing.wrapped().draw(out);
    }
    out.open("p").text("The same figures for programs: ");
    out.element("a", Report.JSON, "href", Report.JSON).text(" (everything), ");
    out.element("a", Report.CSV, "href", Report.CSV).text(" (for a spreadsheet). ");
    out.text("Repeat it: ").element("code", result.command()).close().newLine();
  }

  private static void tile(Markup out, Figures figures, Series other) {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    int compared = 0;
    for (String id : figures.ids()) {
      Ratio ratio = figures.ratio(id, other.name());
      if (ratio != null) {
        counts.merge(figures.verdict(ratio), 1, Integer::sum);
        compared++;
      }
    }
    boolean invited =
        figures.result().contenders().stream().anyMatch(one -> one.name().equals(other.name()));
    if (compared == 0 && !invited) {
      return; // the histogram has curves of functions that took no part
    }
    out.open("div", "class", "card");
    out.element("strong", "Against " + other.name());
    int faster = counts.getOrDefault(Verdict.FASTER, 0);
    int slower = counts.getOrDefault(Verdict.SLOWER, 0);
    int open = counts.getOrDefault(Verdict.NO_WINNER, 0);
    int blind = counts.getOrDefault(Verdict.NO_INTERVAL, 0);
    if (compared == 0) {
      out.element("span", "no answer", "class", "value");
    } else if (blind == compared) {
      out.element("span", "one round, no interval", "class", "value");
    } else {
      out.element("span", faster + " faster", "class", faster > 0 ? "value good" : "value");
      out.element("span", slower + " slower", "class", slower > 0 ? "value bad" : "value");
      out.element("span", open + " no winner", "class", "value");
    }
    String all = "of " + Words.count(compared, "question", "questions");
    out.element("span", all, "class", "what");
    out.close().newLine();
  }

  private static void machine(Markup out, BenchResult result) {
    Machine machine = result.machine();
    new Table(2, "what", "this run")
        .row("processor", machine.cpu())
        .row("processors that the JVM sees", Integer.toString(machine.cores()))
        .row("memory", Text.format("%s GB", Words.number(machine.memoryGigabytes())))
        .row("operating system", machine.operatingSystem())
        .row("JDK", machine.jdk())
        .row("flags of the JVM", String.join(" ", machine.flags()))
        .row("Lanewise", machine.lanewise() + ", " + machine.implementation())
        .row("started", result.started())
        .row("took", Words.number(result.seconds() / 60) + " minutes")
        .row("rounds", Integer.toString(result.rounds()))
        .wrapped()
        .draw(out);
  }

  /** How far the machine was from being ours alone. */
  private static String disturbance(Disturbance disturbance, double noise) {
    double spread = disturbance.limitSpread();
    StringBuilder words = new StringBuilder();
    if (!Double.isFinite(spread)) {
      words.append("How disturbed the run was is not known. ");
    } else if (spread <= QUIET) {
      words.append("The run was quiet. ");
    } else if (spread < noise) {
      words.append("The run was somewhat disturbed. ");
    } else {
      words.append("The run was disturbed, and names fewer winners for it. ");
    }
    if (Double.isFinite(spread)) {
      words
          .append("A loop of nothing but multiply-adds, which nothing slows but the machine,")
          .append(" varied by ")
          .append(Words.share(spread))
          .append(". ");
    }
    double stolen = disturbance.stolenShare();
    words.append(
        Double.isFinite(stolen)
            ? "The hypervisor gave " + Words.share(stolen) + " of the processors' time to others. "
            : "Whether a hypervisor took time is not told here. ");
    double load = disturbance.otherLoad();
    words.append(
        Double.isFinite(load)
            ? "Other processes kept " + Text.format("%.1f", load) + " processors busy. "
            : "What other processes did is not told here. ");
    words.append("A difference below ").append(Words.share(noise)).append(" is no difference.");
    return words.toString();
  }
}
