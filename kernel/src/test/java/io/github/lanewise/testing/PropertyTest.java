package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertyTest {
  @TempDir private Path directory;

  /** What one run of the body saw. */
  private record Input(
      int integer,
      int size,
      FloatKind kind,
      List<Integer> bits,
      List<Boolean> flags,
      List<Integer> order,
      boolean rare,
      float choice) {
    static Input of(Draw draw) {
      FloatKind kind = draw.oneOf("kind", FloatKind.values());
      List<Integer> bits = new ArrayList<>();
      for (float x : draw.floats("x", 9, kind)) {
        bits.add(Float.floatToRawIntBits(x));
      }
      List<Boolean> flags = new ArrayList<>();
      for (boolean flag : draw.flags("flags", 7, 2)) {
        flags.add(flag);
      }
      return new Input(
          draw.integer("integer", -5, 1_000_000),
          draw.size("size", 300),
          kind,
          bits,
          flags,
          Arrays.stream(draw.permutation("order", 6)).boxed().toList(),
          draw.onceIn(3, "rare"),
          draw.oneOf("choice", 0.1f, -0f, Float.NaN));
    }
  }

  @Test
  void aFailureIsWrittenDownAndReplays() throws IOException {
    List<Input> seen = new ArrayList<>();
    AssertionError failure =
        assertThrows(
            AssertionError.class,
            () ->
                new Property(42, directory, null)
                    .run(
                        "Some.property",
                        100,
                        draw -> {
                          seen.add(Input.of(draw));
                          assertTrue(seen.size() < 30, "the thirtieth fails");
                        }));
    Path file = onlyFile();
    assertEquals(30, seen.size());
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("case 29 of -Dlanewise.test.seed=0x2a"), message);
    assertTrue(message.contains("the thirtieth fails"), message);
    assertTrue(message.contains("-Dtest=Some#property -Dlanewise.test.replay=" + file), message);
    assertTrue(message.contains("integer = " + seen.get(29).integer()), message);

    // from a copy, with another seed: the same input, once
    Path copy = Files.copy(file, directory.resolve("copy"));
    List<Input> again = new ArrayList<>();
    Property replay = new Property(7, directory, copy);
    replay.run("Some.property", 100, draw -> again.add(Input.of(draw)));
    assertEquals(List.of(seen.get(29)), again);
    // a failure in the replay is reported as one, and written with the same values
    List<String> before = Files.readAllLines(copy);
    AssertionError second =
        assertThrows(
            AssertionError.class,
            () ->
                replay.run(
                    "Some.property", 1, draw -> assertEquals(0, Input.of(draw).bits().size())));
    assertTrue(String.valueOf(second.getMessage()).contains("replay of"));
    List<String> after = Files.readAllLines(file);
    assertEquals(before.subList(2, before.size()), after.subList(2, after.size()));
    // another property runs as ever
    List<Input> other = new ArrayList<>();
    replay.run("Some.other", 5, draw -> other.add(Input.of(draw)));
    assertEquals(5, other.size());
  }

  @Test
  void aFileThatDoesNotFitIsRefused() throws IOException {
    Path file =
        Files.write(directory.resolve("f"), List.of("property P.q", "origin o", "rows = 3"));
    Property replay = new Property(0, directory, file);
    AssertionError failure =
        assertThrows(
            AssertionError.class, () -> replay.run("P.q", 1, d -> d.integer("columns", 0, 9)));
    assertTrue(
        String.valueOf(failure.getMessage())
            .contains("the property draws columns, but the file has rows = 3"));
  }

  @Test
  void theSeedDecides() {
    assertEquals(inputs(1, "a"), inputs(1, "a"));
    assertNotEquals(inputs(1, "a"), inputs(2, "a"));
    assertNotEquals(inputs(1, "a"), inputs(1, "b"));
    assertEquals(20, inputs(1, "a").stream().distinct().count());
  }

  @Test
  void drawsKeepToTheirRange() {
    Property.check(
        200,
        draw -> {
          int n = draw.integer("n", 3, 5);
          assertTrue(n >= 3 && n <= 5);
          int size = draw.size("size", 17);
          assertTrue(size >= 0 && size <= 17);
          int[] order = draw.permutation("order", size);
          Arrays.sort(order);
          for (int j = 0; j < size; j++) {
            assertEquals(j, order[j]);
          }
        });
    int[] sweep = Sizes.sweep();
    int[] sorted = sweep.clone();
    Arrays.sort(sorted);
    assertArrayEquals(sorted, sweep);
  }

  /**
   * Else {@code mvn -Plong verify} would leave out the inputs that {@code mvn verify} leaves to it.
   */
  @Test
  void everyTestThatChecksAPropertyHasTheTag() throws Exception {
    List<String> without = new ArrayList<>();
    int users = 0;
    for (Path file : testClasses()) {
      Set<String> texts = new HashSet<>();
      for (PoolEntry entry : ClassFiles.parse(file).constantPool()) {
        if (entry instanceof Utf8Entry text) {
          texts.add(text.stringValue());
        } else if (entry instanceof MethodRefEntry method
            && method.owner().asInternalName().equals("io/github/lanewise/testing/Property")
            && Set.of("check", "share", "takesAll").contains(method.name().stringValue())) {
          texts.add("Property.check");
        }
      }
      boolean checks =
          texts.contains("Property.check")
              && !file.endsWith("Property.class")
              && !file.endsWith("Cases$Runner.class")
              && !file.endsWith("PropertyTest.class");
      users += checks ? 1 : 0;
      if (checks
          && !(texts.contains(Property.TAG) && texts.contains("Lorg/junit/jupiter/api/Tag;"))) {
        without.add(file.getFileName().toString());
      }
    }
    assertTrue(users > 3, "found only " + users + " tests that check properties");
    assertEquals(List.of(), without);
  }

  private static List<Path> testClasses() throws Exception {
    String self = "/" + PropertyTest.class.getName().replace('.', '/') + ".class";
    Path file = Path.of(PropertyTest.class.getResource(self).toURI());
    return ClassFiles.below(file.resolve("../..").normalize(), ".class");
  }

  private List<Input> inputs(long seed, String name) {
    List<Input> inputs = new ArrayList<>();
    new Property(seed, directory, null).run(name, 20, draw -> inputs.add(Input.of(draw)));
    return inputs;
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      return all.get(0);
    }
  }
}
