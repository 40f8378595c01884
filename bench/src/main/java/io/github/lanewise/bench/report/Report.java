package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The page of a run: a picture for each question that a sceptical engineer asks. */
public final class Report {
  /** The page's name in its folder. */
  public static final String FILE = "index.html";

  /** The result beside it, as it is stored. */
  public static final String JSON = "result.json";

  /** The result beside it, a row for each iteration. */
  public static final String CSV = "result.csv";

  private static final List<Function<Figures, Section>> SECTIONS =
      List.of(
          SummarySection::of,
          TimeSection::of,
          VariantSection::of,
          RooflineSection::of,
          RatioSection::of,
          ShareSection::of,
          AccuracySection::of,
          ThreadsSection::of,
          WarmUpSection::of,
          AllocationSection::of,
          MachineSection::of,
          AllFiguresSection::of);

  private Report() {}

  /**
   * Writes the page into a folder, which is made where there is none.
   *
   * @return the page's file
   * @throws Failure if it cannot be written
   */
  public static Path write(BenchResult result, Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new Failure("cannot write " + file.toAbsolutePath() + ": " + e, e);
    }
    page(result).write(file);
    return file;
  }

  /** The page, not yet written. */
  static Page page(BenchResult result) {
    Figures figures = new Figures(result);
    Page page = new Page("Lanewise and its peers");
    page.subtitle(
        "Softmax, attention and their parts, measured on one machine in "
            + Words.count(result.rounds(), "round", "rounds")
            + ". Every figure of this page is in its tables, and in the files beside it.");
    for (Function<Figures, Section> form : SECTIONS) {
      Section section = form.apply(figures);
      page.section(
          section.id(),
          section.name(),
          section.heading(),
          section.explanation(),
          section.content());
    }
    return page;
  }
}
