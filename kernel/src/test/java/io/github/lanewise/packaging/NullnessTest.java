package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ClassFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Compilers see what may be null, and nothing else takes the annotations for a dependency. */
@Tag("once")
class NullnessTest {

  @Test
  void everyPackageSaysThatNothingIsNull() throws Exception {
    List<Path> packages = ClassFiles.below(ClassFiles.root(), "package-info.class");
    assertTrue(packages.size() > 3, "found only " + packages);
    for (Path file : packages) {
      ClassModel model = ClassFiles.parse(file);
      List<String> annotations =
          model.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
              .flatMap(attribute -> attribute.annotations().stream())
              .map(annotation -> annotation.className().stringValue())
              .toList();
      assertEquals(List.of("Lorg/jspecify/annotations/NullMarked;"), annotations, file::toString);
    }
  }

  /** As whoever makes an image for an application asks, who has no JSpecify. */
  @Test
  void jdepsNamesTheModulesAndMissesNothing() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out),
                new PrintWriter(err),
                "--print-module-deps",
                ClassFiles.root().toString());
    assertEquals(0, exit, () -> out + "\n" + err);
    // Not java.management, which jdk.management brings with it.
    assertEquals("java.base,jdk.incubator.vector,jdk.management", out.toString().strip());
  }
}
