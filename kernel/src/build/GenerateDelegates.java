import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes what serves while only the plain kernels of a family are compiled: each kernel handed on
 * to the vector or to the scalar form. A kernel that is not named here goes to the scalar one. Run
 * from the directory kernel: {@code java src/build/GenerateDelegates.java}, or with another
 * directory to write to. GeneratedKernelsTest holds what is committed to what this writes.
 */
final class GenerateDelegates {
  private static final String SOURCES = "src/main/java/io/github/lanewise/internal/";

  /** Who runs a kernel that plain softmax and attention need, by interface and kernel. */
  private static final Map<String, Map<String, String>> PLAIN = new LinkedHashMap<>();

  private static final String VECTOR = "vector";
  private static final String UNLESS_MOMENT = "moment ? scalar : vector";

  static {
    PLAIN.put(
        "LaneKernels",
        Map.of(
            "largest", VECTOR,
            "weights", "kind.wantsMoment() ? scalar : vector",
            "scale", VECTOR,
            "rowMaxima", VECTOR,
            "stageRows", VECTOR,
            "rowWeights", VECTOR,
            "scaleRows", VECTOR));
    PLAIN.put(
        "TileKernels",
        Map.of(
            "product", VECTOR,
            "transpose", VECTOR,
            "packGroups", VECTOR,
            "bringNear", VECTOR,
            "isFinite", VECTOR));
    PLAIN.put(
        "ScoreKernels",
        Map.of(
            "scores", VECTOR,
            "scale", VECTOR,
            "maskAndMaximum", VECTOR,
            "beginSums", UNLESS_MOMENT,
            "exponentials", UNLESS_MOMENT,
            "endSums", UNLESS_MOMENT));
    PLAIN.put(
        "GradientKernels",
        Map.of("rowDots", VECTOR, "differentiate", VECTOR, "add", VECTOR, "addZero", VECTOR));
  }

  /** A method of an interface: its return type, name and parameters. */
  private static final Pattern METHOD =
      Pattern.compile("^  ([a-z]\\w*(?:\\[\\])?) (\\w+)\\(([^)]*)\\);", Pattern.MULTILINE);

  private GenerateDelegates() {}

  public static void main(String[] arguments) throws IOException {
    Path target = Path.of(arguments.length > 0 ? arguments[0] : SOURCES + "trial/generated");
    Files.createDirectories(target);
    StringBuilder text =
        new StringBuilder("package io.github.lanewise.internal.trial.generated;\n\n");
    for (String kind :
        List.of(
            "GradientKernels",
            "KernelSet",
            "LaneKernels",
            "ScoreKernels",
            "TileKernels",
            "WeightSums")) {
      text.append("import io.github.lanewise.internal.kernel.").append(kind).append(";\n");
    }
    text.append(
        """
        import org.jspecify.annotations.Nullable;

        // Written by src/build/GenerateDelegates.java; do not edit.

        /** What serves a family whose plain kernels are ready, and whose rarer ones are not yet. */
        public final class PlainKernels {
          private PlainKernels() {}

          /** The plain kernels of the one set, the rarer ones of the other. */
          public static KernelSet of(KernelSet vector, KernelSet scalar) {
            return new KernelSet(
                new PlainLaneKernels(vector.lanes(), scalar.lanes()),
                new PlainTileKernels(vector.tiles(), scalar.tiles()),
                new PlainScoreKernels(vector.scores(), scalar.scores()),
                vector.nodes(),
                vector.decode(),
                vector.sampling(),
                new PlainGradientKernels(vector.gradients(), scalar.gradients()),
                vector.packed(),
                vector.layers());
          }
        """);
    for (var kind : PLAIN.entrySet()) {
      append(text, kind.getKey(), kind.getValue());
    }
    Files.writeString(target.resolve("PlainKernels.java"), text.append("}\n"));
    Files.writeString(
        target.resolve("package-info.java"),
        """
        /** Written by src/build/GenerateDelegates.java; do not edit. */
        @NullMarked
        package io.github.lanewise.internal.trial.generated;

        import org.jspecify.annotations.NullMarked;
        """);
  }

  private static void append(StringBuilder text, String kind, Map<String, String> plain)
      throws IOException {
    String record = "  private record Plain" + kind + "(" + kind + " vector, " + kind + " scalar)";
    String implementing = "implements " + kind + " {";
    String between = (record + " " + implementing).length() <= 100 ? " " : "\n      ";
    text.append("\n").append(record).append(between).append(implementing).append("\n");
    String source = Files.readString(Path.of(SOURCES + "kernel/" + kind + ".java"));
    Matcher method = METHOD.matcher(source);
    String gap = "";
    while (method.find()) {
      List<String> parameters = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (String parameter : method.group(3).split(",")) {
        String declared = parameter.strip().replaceAll("\\s+", " ");
        parameters.add(declared);
        names.add(declared.substring(declared.lastIndexOf(' ') + 1));
      }
      String name = method.group(2);
      text.append(gap).append("    @Override\n");
      text.append(broken("    public " + method.group(1) + " " + name + "(", parameters, ") {"));
      String receiver = plain.getOrDefault(name, "scalar");
      if (receiver.contains(" ")) {
        text.append("      " + kind + " serving = " + receiver + ";\n");
        receiver = "serving";
      }
      String call = method.group(1).equals("void") ? "      " : "      return ";
      call += receiver + ".";
      text.append(broken(call + name + "(", names, ");"));
      text.append("    }\n");
      gap = "\n";
    }
    text.append("  }\n");
  }

  /**
   * A list in one line, else in one line of its own, else an item a line: as the formatter does.
   */
  private static String broken(String head, List<String> items, String tail) {
    String list = String.join(", ", items);
    if ((head + list + tail).length() <= 100) {
      return head + list + tail + "\n";
    }
    String indent = " ".repeat(head.length() - head.stripLeading().length() + 4);
    String between = (indent + list + tail).length() <= 100 ? ", " : ",\n" + indent;
    return head + "\n" + indent + String.join(between, items) + tail + "\n";
  }
}
