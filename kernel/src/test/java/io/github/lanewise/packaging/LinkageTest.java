package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Who may name whom, read from the compiled classes: the fallback has to load where the incubator
 * module is absent, and the kernels never call back up.
 */
@Tag("once")
class LinkageTest {
  private static final String ROOT = "io/github/lanewise/";
  private static final String INTERNAL = ROOT + "internal/";
  private static final String VECTOR = INTERNAL + "vector/";
  private static final String SCALAR = INTERNAL + "scalar/";
  private static final String INCUBATOR = "jdk/incubator/vector/";

  private static final Set<Opcode> FLOAT_ARITHMETIC =
      Set.of(Opcode.FADD, Opcode.FSUB, Opcode.FMUL, Opcode.FDIV, Opcode.FREM, Opcode.FNEG);

  @Test
  void onlyTheVectorRoomNamesTheIncubatorModule() throws Exception {
    assertEquals(
        List.of(), offenders(name -> !name.startsWith(VECTOR), text -> text.contains(INCUBATOR)));
    assertTrue(
        !offenders(name -> name.startsWith(VECTOR), text -> text.contains(INCUBATOR)).isEmpty(),
        "the vector room names no vector class: this test looks at the wrong files");
  }

  @Test
  void onlyTheVectorRoomLinksToItself() throws Exception {
    // Selection names the provider in a string, with dots, and loads it after its checks.
    assertEquals(
        List.of(), offenders(name -> !name.startsWith(VECTOR), text -> text.contains(VECTOR)));
  }

  @Test
  void operatorsDoNotNameTheScalarRoom() throws Exception {
    // They would bypass the kernels that serve; the runtime makes the scalar set.
    Predicate<String> operators =
        name ->
            !name.startsWith(SCALAR)
                && !name.startsWith(VECTOR)
                && !name.startsWith(INTERNAL + "runtime/");
    assertEquals(List.of(), offenders(operators, text -> text.contains(SCALAR)));
  }

  @Test
  void kernelsDoNotNameOperators() throws Exception {
    Predicate<String> kernels = name -> name.startsWith(VECTOR) || name.startsWith(SCALAR);
    Predicate<String> operators =
        text -> text.matches("(.*L)?" + ROOT + "([A-Z]|attention/|classification/|sampling/).*");
    assertEquals(List.of(), offenders(kernels, operators));
  }

  @Test
  void attentionComputesOnFloatsInKernelsAlone() throws Exception {
    assertEquals(List.of(), floatArithmetic("attention/"));
    assertTrue(
        !floatArithmetic("scalar/").isEmpty(),
        "the scalar room does not compute: this test looks for the wrong instructions");
  }

  /** The methods of a room that add, subtract, multiply or divide floats, or let Math do it. */
  private static List<String> floatArithmetic(String room) throws Exception {
    List<String> found = new ArrayList<>();
    for (Path file : classes()) {
      ClassModel model = parse(file);
      String name = model.thisClass().asInternalName();
      if (!name.startsWith(INTERNAL + room)) {
        continue;
      }
      for (MethodModel method : model.methods()) {
        if (method.code().isPresent()
            && method.code().get().elementStream().anyMatch(LinkageTest::computesOnFloats)) {
          found.add(name + "." + method.methodName());
        }
      }
    }
    return found;
  }

  private static boolean computesOnFloats(CodeElement element) {
    return switch (element) {
      case OperatorInstruction operator -> FLOAT_ARITHMETIC.contains(operator.opcode());
      case InvokeInstruction call ->
          call.owner().asInternalName().equals("java/lang/Math")
              && call.type().stringValue().endsWith(")F");
      default -> false;
    };
  }

  @Test
  void theLibraryNamesNothingOutsideTheJdk() throws Exception {
    Set<String> foreign = new TreeSet<>();
    for (Path file : classes()) {
      for (PoolEntry entry : parse(file).constantPool()) {
        if (entry instanceof ClassEntry type) {
          String name = type.asInternalName();
          if (!name.startsWith("java/")
              && !name.startsWith("jdk/incubator/vector/")
              && !name.startsWith("com/sun/management/")
              && !name.startsWith(ROOT)
              && !name.startsWith("[")
              && !name.equals("module-info")) {
            foreign.add(file.getFileName() + " names " + name);
          }
        }
      }
    }
    assertEquals(Set.of(), foreign);
  }

  /** The classes selected by name in whose constant pool a class name or descriptor matches. */
  private static List<String> offenders(Predicate<String> classes, Predicate<String> text)
      throws IOException, URISyntaxException {
    return classes().stream()
        .map(LinkageTest::parse)
        .filter(model -> classes.test(model.thisClass().asInternalName()))
        .filter(model -> !model.isModuleInfo())
        .filter(model -> mentions(model, text))
        .map(model -> model.thisClass().asInternalName())
        .toList();
  }

  private static boolean mentions(ClassModel model, Predicate<String> text) {
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof Utf8Entry utf8 && text.test(utf8.stringValue())) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> classes() throws IOException, URISyntaxException {
    Path root = Path.of(Lanewise.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> classes = files.filter(file -> file.toString().endsWith(".class")).toList();
      assertTrue(!classes.isEmpty(), "no classes below " + root);
      return classes;
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
