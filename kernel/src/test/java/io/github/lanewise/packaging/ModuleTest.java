package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.testing.ClassFiles;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The module descriptor, and that the execution uses the path that it names. */
class ModuleTest {
  private static final String PATH = "lanewise.test.path";

  @Test
  void runsOnThePathThatTheExecutionNames() {
    Module module = Lanewise.class.getModule();
    switch (System.getProperty(PATH, "")) {
      case "module" -> assertEquals("io.github.lanewise.kernel", module.getName());
      case "class" -> assertFalse(module.isNamed(), "runs as " + module);
      case "" -> {} // an IDE's choice
      default -> throw new AssertionError(PATH + " is " + System.getProperty(PATH));
    }
  }

  @Test
  void onTheModulePathTheDescriptorAloneResolvesTheIncubatorModule() {
    if (Lanewise.class.getModule().isNamed()) {
      assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }
  }

  @Test
  void exportsNothingInternal() throws Exception {
    Set<String> exported =
        descriptor().exports().stream().map(Exports::source).collect(Collectors.toSet());
    assertEquals(
        Set.of(
            "io.github.lanewise",
            "io.github.lanewise.attention",
            "io.github.lanewise.classification",
            "io.github.lanewise.sampling"),
        exported);
  }

  @Test
  void requiresNothingOutsideTheJdk() throws Exception {
    Set<String> required =
        descriptor().requires().stream()
            .filter(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
            .map(Requires::name)
            .collect(Collectors.toSet());
    assertEquals(
        Set.of("java.base", "java.management", "jdk.management", "jdk.incubator.vector"), required);
  }

  private static ModuleDescriptor descriptor() throws Exception {
    try (InputStream in = Files.newInputStream(ClassFiles.root().resolve("module-info.class"))) {
      return ModuleDescriptor.read(in);
    }
  }
}
