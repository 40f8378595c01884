package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.experiments.Experiments;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.util.List;

/** The experiments in small: a transformer that is trained with softmax and with what else. */
final class LearningPart {
  private LearningPart() {}

  /** Runs the part and returns its claims. */
  static List<Claim> run(Terminal terminal, Page page, Path folder) {
    Experiments.Brief brief = Experiments.brief(terminal, page, folder.resolve("experiments"));
    List<Claim> claims =
        List.of(
            new Claim(
                Text.format("%.2f to %.2f nat", brief.first(), brief.last()),
                brief.last() < brief.first(),
                "loss of a small transformer on text that it has not seen, while it learns"),
            new Claim(
                Text.format("%.2f to %.2f nat", brief.lossBefore(), brief.lossAfter()),
                brief.lossAfter() <= brief.lossBefore(),
                "loss of one that was trained too long, before and after calibration"));
    claims.forEach(claim -> terminal.line(claim.toString()));
    return claims;
  }
}
