package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.util.List;

/** One part of the demo: it prints its results and adds its sections to the page. */
public interface DemoPart {
  /** Returns the heading under which the part prints. */
  String title();

  /**
   * Runs the part.
   *
   * @return the claims that did not hold, each as one sentence; empty if all is well. The page is
   *     written either way, so that a failure can be looked at.
   * @throws Failure if the part cannot run at all
   */
  List<String> run(Terminal terminal, Page page);
}
