package io.github.lanewise.internal.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever a cache makes it makes through {@link CacheMemory}, where tests let memory run out. */
class OneSeamTest {
  private static final List<Class<?>> CACHE =
      List.of(
          Page.class,
          Page.Store.class,
          PageTable.class,
          PageWriter.class,
          PagedCache.class,
          CacheSnapshot.ReaderEpochs.class,
          CacheSnapshot.ReaderEpochs.Epoch.class,
          CacheSnapshot.ReaderEpochs.Removal.class,
          IncomingTokens.class,
          StoredTokens.class,
          ReleasedTokens.class);

  private static final Set<Opcode> MAKE =
      EnumSet.of(
          Opcode.NEW,
          Opcode.NEWARRAY,
          Opcode.ANEWARRAY,
          Opcode.MULTIANEWARRAY,
          Opcode.INVOKEDYNAMIC);

  @Test
  void onlyTheSeamMakesAnything() throws IOException {
    Set<String> offenders = new TreeSet<>();
    for (Class<?> type : CACHE) {
      for (MethodModel method : parse(type).methods()) {
        if (makesMoreThanExceptions(method)) {
          offenders.add(type.getSimpleName() + "." + method.methodName().stringValue());
        }
      }
    }
    // Empty arrays and keys when classes are loaded, what one request makes, and the store of a
    // cache that is being built.
    Set<String> known =
        Set.of(
            "Page.<clinit>",
            "PageTable.<clinit>",
            "ReleasedTokens.<clinit>",
            "ReaderEpochs.<clinit>",
            "IncomingTokens.<init>",
            "PagedCache.<clinit>",
            "PagedCache.<init>");
    assertEquals(known, offenders);
    assertTrue(parse(CacheMemory.class).methods().stream().anyMatch(OneSeamTest::makes));
  }

  private static boolean makes(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .anyMatch(element -> MAKE.contains(opcode(element)));
  }

  /** A method that refuses its arguments makes the message too, before anything is changed. */
  private static boolean makesMoreThanExceptions(MethodModel method) {
    List<CodeElement> made =
        method.code().stream()
            .flatMap(code -> code.elementStream())
            .filter(element -> MAKE.contains(opcode(element)))
            .toList();
    boolean refuses = made.stream().anyMatch(OneSeamTest::isException);
    return made.stream()
        .anyMatch(
            element ->
                !isException(element) && !(refuses && opcode(element) == Opcode.INVOKEDYNAMIC));
  }

  private static boolean isException(CodeElement element) {
    return element instanceof NewObjectInstruction object
        && object.className().asInternalName().matches("java/(lang|io)/.*(Exception|Error)");
  }

  private static Opcode opcode(CodeElement element) {
    return element instanceof java.lang.classfile.Instruction instruction
        ? instruction.opcode()
        : Opcode.NOP;
  }

  private static ClassModel parse(Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getModule().getResourceAsStream(file)) {
      return ClassFile.of().parse(Objects.requireNonNull(in, file).readAllBytes());
    }
  }
}
