package io.github.lanewise.bench.demo;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The same model in a session of ONNX Runtime, on one thread, for the clock; its embeddings come
 * from the artifact's own class. It holds native memory: close it.
 *
 * <p>A session runs as one call, so the time inside attention is only in ONNX Runtime's profile:
 * one JSON object per line, in the order of execution, with times in whole microseconds. Counted
 * are the nodes that do what {@code Attention.forward} does: QKᵀ with its scale, mask, softmax,
 * P·V, and the transposes that Lanewise's views make unnecessary. They are the nodes under
 * attention/self that belong to no linear layer; the shape arithmetic among them costs nothing.
 */
final class OnnxRuntimeEncoder implements AutoCloseable {
  private static final Pattern NODE =
      Pattern.compile("\"dur\" :(\\d+),.*\"name\" :\"([^\"]*)_kernel_time\"");
  private static final Pattern ATTENTION =
      Pattern.compile("/encoder/layer\\.\\d+/attention/self/(?!query/|key/|value/).*");

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** Opens the model; with a prefix, in a session that writes a profile under such a name. */
  OnnxRuntimeEncoder(@Nullable Path profile) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      if (profile != null) {
        options.enableProfiling(profile.toString());
      }
      session = environment.createSession(DemoFiles.model(), options);
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot open the model: " + e.getMessage(), e);
    }
  }

  /** Runs the six layers on one sentence and drops the result. */
  void run(Tokens sentence) {
    long[] ones = new long[sentence.count()];
    Arrays.fill(ones, 1);
    try (OnnxTensor ids = row(Arrays.stream(sentence.ids()).asLongStream().toArray());
        OnnxTensor mask = row(ones);
        OnnxTensor types = row(new long[sentence.count()]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
      if (result.size() != 1) {
        throw new Failure("ONNX Runtime returned " + result.size() + " outputs, not 1");
      }
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot run the model: " + e.getMessage(), e);
    }
  }

  private OnnxTensor row(long... values) throws OrtException {
    return OnnxTensor.createTensor(
        environment, LongBuffer.wrap(values), new long[] {1, values.length});
  }

  /** Ends profiling and returns the nanoseconds that each run spent in attention. */
  List<Double> endProfiling() {
    try {
      Path file = Path.of(session.endProfiling());
      List<Double> nanos = attentionNanos(Files.readAllLines(file));
      Files.deleteIfExists(file);
      return nanos;
    } catch (OrtException | IOException e) {
      throw new Failure("cannot read ONNX Runtime's profile: " + e.getMessage(), e);
    }
  }

  static List<Double> attentionNanos(List<String> profile) {
    List<Double> nanosOfRun = new ArrayList<>();
    String first = ""; // every run begins with the node that begins the first one
    for (String line : profile) {
      Matcher node = NODE.matcher(line);
      if (!node.find()) {
        continue;
      }
      first = first.isEmpty() ? node.group(2) : first;
      if (node.group(2).equals(first)) {
        nanosOfRun.add(0.0);
      }
      if (ATTENTION.matcher(node.group(2)).matches()) {
        nanosOfRun.add(nanosOfRun.removeLast() + 1e3 * Long.parseLong(node.group(1)));
      }
    }
    return nanosOfRun;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot close its session: " + e.getMessage(), e);
    }
  }
}
