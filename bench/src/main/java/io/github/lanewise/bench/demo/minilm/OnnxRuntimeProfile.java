package io.github.lanewise.bench.demo.minilm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Time inside attention, out of ONNX Runtime's own profile: the only way to see it, since a session
 * runs as one call. The profile has one JSON object per line, in the order of execution, and times
 * in whole microseconds.
 *
 * <p>Counted are the nodes that do what {@code Attention.forward} does: QKᵀ with its scale, mask,
 * softmax, P·V, and the transposes that Lanewise's views make unnecessary. They are the nodes under
 * attention/self that belong to no linear layer; the shape arithmetic among them costs nothing.
 */
public final class OnnxRuntimeProfile {
  private static final Pattern NODE =
      Pattern.compile("\"dur\" :(\\d+),.*\"name\" :\"([^\"]*)_kernel_time\"");
  private static final Pattern ATTENTION =
      Pattern.compile("/encoder/layer\\.\\d+/attention/self/(?!query/|key/|value/).*");

  private final List<Long> attentionMicros;

  private OnnxRuntimeProfile(List<Long> attentionMicros) {
    this.attentionMicros = attentionMicros;
  }

  static OnnxRuntimeProfile read(Path file) throws IOException {
    return parse(Files.readAllLines(file));
  }

  static OnnxRuntimeProfile parse(List<String> lines) {
    List<Long> perRun = new ArrayList<>();
    String first = ""; // every run begins with the node that begins the first one
    for (String line : lines) {
      Matcher node = NODE.matcher(line);
      if (!node.find()) {
        continue;
      }
      first = first.isEmpty() ? node.group(2) : first;
      if (node.group(2).equals(first)) {
        perRun.add(0L);
      }
      int run = perRun.size() - 1;
      if (ATTENTION.matcher(node.group(2)).matches()) {
        perRun.set(run, perRun.get(run) + Long.parseLong(node.group(1)));
      }
    }
    return new OnnxRuntimeProfile(perRun);
  }

  /** Returns the number of runs in the profile. */
  public int runs() {
    return attentionMicros.size();
  }

  /** Returns the time in attention of each of the runs [from, to), in nanoseconds. */
  public long[] attentionNanos(int from, int to) {
    long[] nanos = new long[to - from];
    Arrays.setAll(nanos, i -> 1000 * attentionMicros.get(from + i));
    return nanos;
  }
}
