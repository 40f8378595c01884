package io.github.lanewise;

import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One operation of the library on fixed contents, in any layout and with any workers.
 *
 * @param prepare makes the operands of a call
 */
record Operation(String name, Function<Sandbox, Call> prepare) {

  /**
   * An operation whose operands lie ready.
   *
   * @param reset puts back what the last call overwrote, before each call
   */
  record Call(Runnable reset, Consumer<Workers> body, List<FloatTensor> outputs) {

    static Call of(Consumer<Workers> body, FloatTensor... outputs) {
      return new Call(() -> {}, body, List.of(outputs));
    }

    static Call inPlace(Runnable reset, Consumer<Workers> body, FloatTensor... outputs) {
      return new Call(reset, body, List.of(outputs));
    }
  }

  /** The whole corpus: every operation with every option. */
  static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    RowOperations.addLanes(all);
    RowOperations.addSoftmax(all);
    RowOperations.addProducts(all);
    AttentionOperations.addTo(all);
    AttentionOperations.addCached(all);
    RaggedOperations.addTo(all);
    GradientOperations.addTo(all);
    RowOperations.addSamplers(all);
    LossOperations.addTo(all);
    RowOperations.addPackedProducts(all);
    LayerOperations.addTo(all);
    return List.copyOf(all);
  }

  /** One line for each operation of the corpus: its name and the digest of its results. */
  static List<String> digests(Layout layout, Workers workers) {
    return all().stream().map(o -> o.name() + " = " + o.digest(layout, workers)).toList();
  }

  /** The public method that is called, as the names begin with it. */
  String method() {
    return name.substring(0, name.indexOf(':'));
  }

  /** Runs once, checks the surroundings, and returns the digest of the outputs. */
  String digest(Layout layout, Workers workers) {
    Sandbox sandbox = new Sandbox(layout);
    Call call = prepare.apply(sandbox);
    call.body().accept(workers);
    sandbox.assertIntact(name);
    return digest(call);
  }

  /** SHA-256 over the bits of all outputs, every NaN being the same; the first half of it. */
  static String digest(Call call) {
    MessageDigest sha = sha256();
    for (FloatTensor output : call.outputs()) {
      for (float value : output.toArray()) {
        int bits = Float.floatToIntBits(value);
        for (int shift = 24; shift >= 0; shift -= 8) {
          sha.update((byte) (bits >> shift));
        }
      }
    }
    return HexFormat.of().formatHex(sha.digest(), 0, 16);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
