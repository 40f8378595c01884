package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page of a run: a picture for each question that a sceptical engineer asks. */
public final class Report {
  /** The page's name in its folder. */
  public static final String FILE = "index.html";

  /** The result beside it, as it is stored. */
  public static final String JSON = "result.json";

  /** The result beside it, a row for each iteration. */
  public static final String CSV = "result.csv";

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

  /** The page, not yet written: its questions, and how the answers are read. */
  static Page page(BenchResult result) {
    Figures figures = new Figures(result);
    ComparisonSections comparison = new ComparisonSections(figures);
    SpeedSections speed = new SpeedSections(figures);
    RunSections run = new RunSections(figures);
    Page page = new Page("Lanewise and its peers");
    page.subtitle(
        "Softmax, attention and their parts, measured on one machine in "
            + Words.count(result.rounds(), "round")
            + ". Every figure of this page is in its tables, and in the files beside it.");
    page.section(
        "summary",
        "Summary",
        "Who is faster?",
        "How many questions each of the others answers slower than Lanewise, or faster, and for how"
            + " many this run names no winner, since the difference is within its noise of "
            + Words.share(figures.noise())
            + ".",
        comparison::summary);
    page.section(
        "time",
        "Time per element",
        "What does an element cost, in short rows and in long ones?",
        "Lower is faster, both axes are logarithmic: a line that falls pays something once per row,"
            + " one that rises has left a cache. Bars are the spread of the forks.",
        speed::time);
    page.section(
        "variants",
        "Shapes and variants",
        "What do shapes, masks, logarithm and gradient cost?",
        "Further to the left is faster, on a logarithmic axis; an element is one of the result,"
            + " hidden ones included.",
        speed::variants);
    page.section(
        "roofline",
        "Roofline",
        "How near to the roof of the processor are products and attention?",
        "Higher, or further to the right, is faster; the dashed line is the roof, a loop of nothing"
            + " but multiply-adds in the same run, and the band around it what that loop varied by. Masked"
            + " pairs do not count as work.",
        speed::roofline);
    page.section(
        "ratios",
        "Ratios",
        "By how much is Lanewise faster or slower than each of the others?",
        "The time of the other divided by Lanewise's: right of 1 Lanewise is faster, left of it"
            + " slower. The line is the spread of the rounds; what is not wholly outside of the grey"
            + " band of noise has a hollow point and no winner.",
        comparison::ratios);
    page.section(
        "limits",
        "Share of the limit",
        "How much of what this machine can do is used?",
        "100 % is a loop that does nothing but what limits the question: copying or reading as many"
            + " bytes, or multiply-adds in registers; it is measured beside every iteration, by as many"
            + " threads. No program needs to reach it, and none can hide behind a slow machine.",
        speed::limits);
    page.section(
        "accuracy",
        "Accuracy of exp",
        "Is speed bought with accuracy?",
        "Errors of exp against the exact value, in units of the last place (ULP): an exactly rounded"
            + " result is within 0.5. The axis of counts is logarithmic, for a single bad value to be"
            + " seen among millions; the last bin holds all beyond it.",
        run::accuracy);
    page.section(
        "threads",
        "Threads",
        "What do more threads gain?",
        "The time of one thread divided by that of several; the dashed level is as many times faster"
            + " as there are threads at most. What is bound by memory cannot reach it.",
        speed::threads);
    page.section(
        "warm-up",
        "Warm-up",
        "How long does a fresh JVM take to be fast?",
        "Attention of 512 queries and keys by 64, call after call from the start of the JVM on, as a"
            + " share of the speed it reaches in the end: the sooner a line is at the top, the better.",
        run::warmUp);
    page.section(
        "allocation",
        "Allocation",
        "What does a call leave to the garbage collector?",
        "Bytes that a call allocates on the Java heap, a point for each question: all the way to the"
            + " left is nothing at all. What a native library allocates outside of the heap is not"
            + " seen here.",
        run::allocation);
    page.section(
        "machine",
        "The machine meanwhile",
        "Was the machine the same all the time?",
        "These loops do the same work whenever they run, so that whatever moves them is the machine:"
            + " flat lines are a quiet run. What stays within the band of noise decides nothing.",
        run::machine);
    page.section(
        "figures",
        "All figures",
        "What exactly was measured, and how?",
        "A row for each question and contender; a ratio above 1 says that Lanewise is faster.",
        comparison::everything);
    return page;
  }
}
