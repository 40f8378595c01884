package io.github.lanewise;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.lanewise.testing.ChildJvm;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Property;
import io.github.lanewise.testing.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One digest over a fixed corpus that covers every operation: the same at every lane width (this
 * class runs at each), for every number of workers and every layout, for the first call in a JVM
 * and for the twenty thousandth.
 *
 * <p>The file digests.txt has the part of each operation, so that a difference names the operation.
 * When the corpus or, in a minor version, the arithmetic changes,
 * target/digests/512-layout-ARRAY.txt becomes the new file, and its SHA-256 the new digest.
 */
class DigestTest {

  /** Changes only with the arithmetic or the corpus; the former belongs into the CHANGELOG. */
  private static final String DIGEST =
      "5e3f28f83fc6d90c793384a7681979783438ef0f67c506e711a788267ddb266c";

  private static final int HOT_CALLS = 20_000;

  @Test
  void theFileOfPartsHasTheDigest() {
    StringBuilder text = new StringBuilder();
    committed().forEach(line -> text.append(line).append('\n'));
    byte[] digest = Operation.sha256().digest(text.toString().getBytes(UTF_8));
    assertEquals(DIGEST, HexFormat.of().formatHex(digest));
  }

  /** {@code mvn verify} takes some of the layouts: each kind of memory, some of them strided. */
  static List<Layout> layouts() {
    return Property.takesAll()
        ? List.of(Layout.values())
        : List.of(Layout.ARRAY, Layout.BYTE_ARRAY, Layout.STRIDED_NATIVE);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  @Tag("property")
  void everyLayoutGivesTheDigest(Layout layout) {
    assertDigest(Operation.digests(layout, Workers.caller()), "layout-" + layout);
  }

  static List<Arguments> workers() {
    List<Arguments> some = List.of(arguments(2, Layout.NATIVE), arguments(3, Layout.STRIDED_ARRAY));
    if (!Property.takesAll()) {
      return some;
    }
    List<Arguments> all = new ArrayList<>(some);
    all.add(arguments(2, Layout.ARRAY));
    all.add(arguments(2, Layout.STRIDED_NATIVE));
    all.add(arguments(3, Layout.NATIVE));
    return all;
  }

  @ParameterizedTest
  @MethodSource("workers")
  @Tag("property")
  void everyNumberOfWorkersGivesTheDigest(int count, Layout layout) {
    try (Workers workers = Workers.threads(count)) {
      assertDigest(Operation.digests(layout, workers), "workers-" + count);
    }
  }

  @Test
  void theFirstCallsOfAFreshProcessGiveTheDigest() throws Exception {
    List<String> options = new ArrayList<>(ChildJvm.sameLanes());
    options.add("-Xshare:auto");
    List<String> lines = ChildJvm.run(DigestMain.class, options).lines();
    assertEquals("lanes " + Lanewise.implementation().laneBits(), lines.get(0));
    assertDigest(lines.subList(1, lines.size()), "cold");
  }

  /**
   * The small operations in turn, until each method has been called so often; every call counts.
   * {@code mvn verify} ends at a tenth, by when C2 has compiled the loops of the kernels; what it
   * does after 5000 calls (Tier4InvocationThreshold) is a matter of the long run.
   */
  @Test
  @Tag("property")
  void everyCallOfTwentyThousandGivesTheBitsOfTheFirst() {
    Map<String, List<Operation>> methods = new LinkedHashMap<>();
    for (Operation operation : Operation.all()) {
      methods.computeIfAbsent(operation.method(), method -> new ArrayList<>()).add(operation);
    }
    int most = Property.takesAll() ? HOT_CALLS : HOT_CALLS / 10;
    methods.values().forEach(operations -> assertSameBitsWhenHot(operations, most));
  }

  private static void assertSameBitsWhenHot(List<Operation> operations, int most) {
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    List<Operation.Call> calls = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<int[][]> first = new ArrayList<>();
    for (Operation operation : operations) {
      Operation.Call call = operation.prepare().apply(sandbox);
      if (call.outputs().stream().allMatch(out -> Floats.count(out.shape()) <= 600)) {
        calls.add(call);
        names.add(operation.name());
        first.add(run(call));
      }
    }
    for (int n = calls.size(); n < most; n++) {
      int at = n % calls.size();
      if (!Arrays.deepEquals(first.get(at), run(calls.get(at)))) {
        throw new AssertionError("other bits in call " + n + ": " + names.get(at));
      }
    }
  }

  private static int[][] run(Operation.Call call) {
    call.reset().run();
    call.body().accept(Workers.caller());
    int[][] bits = new int[call.outputs().size()][];
    for (int o = 0; o < bits.length; o++) {
      bits[o] = Floats.bits(call.outputs().get(o).toArray());
    }
    return bits;
  }

  /** Compares part by part, and leaves the parts behind to compare those of two runs. */
  private static void assertDigest(List<String> parts, String run) {
    try {
      int bits = Lanewise.implementation().laneBits();
      Path directory = Files.createDirectories(Path.of("target", "digests"));
      Files.write(directory.resolve(bits + "-" + run + ".txt"), parts);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<String> expected = committed();
    List<String> others = new ArrayList<>(parts);
    others.removeAll(expected);
    assertEquals(List.of(), others, run + ": these operations have other bits");
    assertEquals(expected, parts, run);
  }

  private static List<String> committed() {
    try (InputStream in = DigestTest.class.getResourceAsStream("digests.txt")) {
      return new String(Objects.requireNonNull(in, "digests.txt").readAllBytes(), UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
