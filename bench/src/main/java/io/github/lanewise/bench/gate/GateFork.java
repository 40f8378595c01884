package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.ChildJvm;
import io.github.lanewise.bench.comparison.SteadyState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A process that measures cells, one after the other. */
final class GateFork {
  private static final String SEPARATOR = "\t";

  private GateFork() {}

  /**
   * What was seen of a cell in steady state.
   *
   * @param nanos of the fastest call
   * @param bytes allocated by a call
   */
  record Seen(double nanos, double bytes) {
    /** The best of both: whatever else a machine or a compiler does can only add. */
    Seen and(Seen other) {
      return new Seen(Math.min(nanos, other.nanos), Math.min(bytes, other.bytes));
    }
  }

  /** Is the process: measures the cells of these names. */
  public static void main(String[] names) {
    Set<String> wanted = Set.of(names);
    for (Cell cell : Cell.all()) {
      if (wanted.contains(cell.name())) {
        Seen seen = measure(cell);
        System.out.println(cell.name() + SEPARATOR + seen.nanos() + SEPARATOR + seen.bytes());
      }
    }
  }

  static Seen measure(Cell cell) {
    Runnable call = cell.prepare().get();
    return new Seen(SteadyState.settle(call), SteadyState.bytesPerCall(call));
  }

  /**
   * Starts a process with this one's options, and waits for it.
   *
   * @param java the program, or any other that takes its arguments
   * @param lanes width of vectors in bits; 0 for scalar kernels
   */
  static Map<String, Seen> run(String java, int lanes, List<String> names) {
    List<String> options = List.of("-Dlanewise.start=vector", "-Dlanewise.lanes=" + lanes);
    Map<String, Seen> seen = new LinkedHashMap<>();
    for (String line :
        ChildJvm.run(List.of(java), options, GateFork.class, names).lines().toList()) {
      String[] parts = line.split(SEPARATOR, -1);
      if (parts.length == 3) {
        seen.put(parts[0], new Seen(Double.parseDouble(parts[1]), Double.parseDouble(parts[2])));
      }
    }
    return seen;
  }
}
