package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ClassFiles;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The methods that hold vector loops are compile roots: C2 never inlines a method of more than 325
 * bytecodes (FreqInlineSize). Inlined into a caller, its own inlining might be cut off at any
 * depth, and vectors would become objects.
 */
@Tag("once")
class KernelSizeTest {
  private static final int FREQ_INLINE_SIZE = 325;

  @Test
  void loopsOverVectorsAreCompileRoots() throws Exception {
    List<String> small = new ArrayList<>();
    int kernels = 0;
    for (Path file : vectorClasses()) {
      ClassModel model = ClassFiles.parse(file);
      for (MethodModel method : model.methods()) {
        CodeAttribute code = method.findAttribute(Attributes.code()).orElse(null);
        if (code == null || !loopsOverVectors(code)) {
          continue;
        }
        kernels++;
        if (code.codeLength() <= FREQ_INLINE_SIZE) {
          small.add(
              file.getFileName() + " " + method.methodName() + ": " + code.codeLength() + " bytes");
        }
      }
    }
    assertTrue(kernels > 5, "found only " + kernels + " kernels: looks at the wrong files");
    assertEquals(List.of(), small);
  }

  /**
   * C2 inlines the methods of the Vector API wherever they are called, but one of ours only where
   * it has seen many calls. What it does not inline takes and gives vectors as objects.
   */
  @Test
  void noMethodTakesOrGivesAVector() throws Exception {
    List<String> found = new ArrayList<>();
    int methods = 0;
    for (Path file : ClassFiles.below(room(), ".class")) {
      for (MethodModel method : ClassFiles.parse(file).methods()) {
        methods++;
        String type = method.methodType().stringValue();
        if (Pattern.matches(".*Ljdk/incubator/vector/(\\w+Vector|Vector|VectorMask);.*", type)) {
          found.add(file.getFileName() + " " + method.methodName() + type);
        }
      }
    }
    assertTrue(methods > 100, "found only " + methods + " methods: looks at the wrong files");
    assertEquals(List.of(), found);
  }

  /** Whether there is a backward branch, and a vector is read or written. */
  private static boolean loopsOverVectors(CodeAttribute code) {
    List<Label> seen = new ArrayList<>();
    boolean loops = false;
    boolean vectors = false;
    for (var element : code) {
      if (element instanceof LabelTarget target) {
        seen.add(target.label());
      } else if (element instanceof BranchInstruction branch) {
        loops |= seen.contains(branch.target());
      } else if (element instanceof InvokeInstruction call) {
        String name = call.name().stringValue();
        vectors |= name.equals("fromArray") || name.equals("intoArray");
      }
    }
    return loops && vectors;
  }

  private static Path room() throws Exception {
    return ClassFiles.root().resolve("io/github/lanewise/internal/vector");
  }

  /** Those whose loops are all kernels, and everything that is generated. */
  private static List<Path> vectorClasses() throws Exception {
    List<Path> classes = new ArrayList<>();
    for (String name :
        List.of(
            "VectorBlocks",
            "VectorElementwise",
            "VectorMax",
            "VectorRotation",
            "VectorSamplingKernels")) {
      classes.add(room().resolve(name + ".class"));
    }
    try (Stream<Path> generated = Files.list(room().resolve("generated"))) {
      generated.filter(file -> !file.endsWith("package-info.class")).forEach(classes::add);
    }
    return classes;
  }
}
