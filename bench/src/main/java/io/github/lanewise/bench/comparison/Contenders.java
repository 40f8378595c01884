package io.github.lanewise.bench.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Everybody on the class path who takes part. */
final class Contenders {
  private Contenders() {}

  /** All of them; Lanewise, with which the others are compared, comes first. */
  static List<Contender> all() {
    List<Contender> all = new ArrayList<>();
    for (Contender contender : ServiceLoader.load(Contender.class)) {
      all.add(
          all.isEmpty() || !contender.name().equals(CompareCommand.LANEWISE) ? all.size() : 0,
          contender);
    }
    return List.copyOf(all);
  }

  /** The one with exactly this name. */
  static Contender byName(String name) {
    return all().stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("not on the class path: " + name));
  }

  /** Lanewise and those with the names; all of them without any. */
  static List<Contender> select(List<Contender> all, List<String> names) {
    return all.stream()
        .filter(
            contender ->
                names.isEmpty()
                    || names.contains(contender.name())
                    || contender.name().equals(CompareCommand.LANEWISE))
        .toList();
  }
}
