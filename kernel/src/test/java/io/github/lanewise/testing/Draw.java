package io.github.lanewise.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The one source of input of a property. Whatever is drawn is written down, one line per value;
 * given such lines, the same calls get the same values again, however the generators have changed.
 */
public final class Draw {
  private final SplittableRandom random;
  private final List<String> recorded = new ArrayList<>();
  private final List<String> replayed;
  private final boolean replaying;

  private Draw(SplittableRandom random, List<String> replayed, boolean replaying) {
    this.random = random;
    this.replayed = replayed;
    this.replaying = replaying;
  }

  static Draw generating(long seed) {
    return new Draw(new SplittableRandom(seed), List.of(), false);
  }

  static Draw replaying(List<String> lines) {
    return new Draw(new SplittableRandom(0), lines, true);
  }

  /** Returns what was drawn so far, in the form that {@link #replaying} takes. */
  List<String> lines() {
    return List.copyOf(recorded);
  }

  /** Draws an integer from [least, most]. */
  public int integer(String name, int least, int most) {
    return Integer.parseInt(value(name, () -> "" + random.nextInt(least, most + 1)));
  }

  /** Draws one of the given integers. */
  public int oneOf(String name, int... choices) {
    return Integer.parseInt(value(name, () -> "" + choices[random.nextInt(choices.length)]));
  }

  /** Draws one of the given floats. */
  public float oneOf(String name, float... choices) {
    String bits = value(name, () -> hex(choices[random.nextInt(choices.length)]));
    return Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
  }

  /** Draws one of the given constants. */
  @SafeVarargs
  public final <E extends Enum<E>> E oneOf(String name, E... choices) {
    String drawn = value(name, () -> choices[random.nextInt(choices.length)].name());
    return Enum.valueOf(choices[0].getDeclaringClass(), drawn);
  }

  /** Draws true once in so many times. */
  public boolean onceIn(int times, String name) {
    return Boolean.parseBoolean(value(name, () -> "" + (random.nextInt(times) == 0)));
  }

  /**
   * Draws a length: mostly one from {@link Sizes#sweep()}, at times any other; never above most.
   */
  public int size(String name, int most) {
    return Integer.parseInt(
        value(
            name,
            () -> {
              int[] sizes = Arrays.stream(Sizes.sweep()).filter(n -> n <= most).toArray();
              return ""
                  + (random.nextInt(4) == 0
                      ? random.nextInt(most + 1)
                      : sizes[random.nextInt(sizes.length)]);
            }));
  }

  /** Draws floats of one kind. */
  public float[] floats(String name, int length, FloatKind kind) {
    String drawn =
        value(
            name,
            () -> {
              StringBuilder line = new StringBuilder(9 * length);
              for (float x : kind.floats(random, length)) {
                line.append(line.isEmpty() ? "" : " ").append(hex(x));
              }
              return line.toString();
            });
    float[] x = new float[length];
    for (int j = 0; j < length; j++) { // nine characters per number
      x[j] = Float.intBitsToFloat(HexFormat.fromHexDigits(drawn, 9 * j, 9 * j + 8));
    }
    return x;
  }

  /** Draws floats of any of the given kinds. */
  public float[] floats(String name, int length, FloatKind... kinds) {
    return floats(name, length, oneOf(name + ".kind", kinds));
  }

  /** Draws flags, of which one in so many is false. */
  public boolean[] flags(String name, int length, int falseOnceIn) {
    return flags(
        name, length, () -> random.ints(length, 0, falseOnceIn).mapToObj(n -> n == 0 ? "." : "#"));
  }

  /** Draws rows of flags; in each, one run is true: anywhere, of any length. */
  public boolean[] runs(String name, int rows, int rowLength) {
    return flags(
        name,
        rows * rowLength,
        () ->
            IntStream.range(0, rows)
                .mapToObj(
                    row -> {
                      int from = random.nextInt(rowLength + 1);
                      int length = random.nextInt(rowLength - from + 1);
                      int after = rowLength - from - length;
                      return ".".repeat(from) + "#".repeat(length) + ".".repeat(after);
                    }));
  }

  private boolean[] flags(String name, int length, Supplier<Stream<String>> generator) {
    String drawn = value(name, () -> generator.get().collect(Collectors.joining()));
    boolean[] flags = new boolean[length];
    for (int j = 0; j < length; j++) {
      flags[j] = drawn.charAt(j) == '#';
    }
    return flags;
  }

  /** Draws an order of 0 … length - 1. */
  public int[] permutation(String name, int length) {
    String drawn =
        value(
            name,
            () -> {
              int[] order = new int[length];
              for (int j = 0; j < length; j++) {
                int other = random.nextInt(j + 1);
                order[j] = order[other];
                order[other] = j;
              }
              return Arrays.stream(order)
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining(" "));
            });
    return drawn.isEmpty()
        ? new int[0]
        : Arrays.stream(drawn.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  private String value(String name, Supplier<String> generator) {
    String value = replaying ? next(name) : generator.get();
    recorded.add(name + " = " + value);
    return value;
  }

  private String next(String name) {
    int at = recorded.size();
    String line = at < replayed.size() ? replayed.get(at) : "nothing";
    if (!line.startsWith(name + " = ")) {
      throw new IllegalStateException(
          "the property draws " + name + ", but the file has " + line + " in this place");
    }
    return line.substring(name.length() + 3);
  }

  private static String hex(float x) {
    return HexFormat.of().toHexDigits(Float.floatToRawIntBits(x));
  }
}
