package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.testing.ClassFiles;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The library in a module layer that is made at run time, as plug-in systems do. What docs/jvm.md
 * says about it: the incubator module must be in the boot layer, and gets there by {@code
 * --add-modules} or because a module of the boot layer requires it. It is in the vector executions,
 * and absent in the scalar one, so that each sees its half.
 */
class LayerTest {
  private static final String KERNEL = "io.github.lanewise.kernel";
  private static final String VECTOR = "jdk.incubator.vector";

  @Test
  void aLayerNeedsTheIncubatorModuleInTheBootLayer() throws Exception {
    if (ModuleLayer.boot().findModule(VECTOR).isEmpty()) {
      FindException thrown = assertThrows(FindException.class, LayerTest::resolve);
      assertEquals("Module " + VECTOR + " not found, required by " + KERNEL, thrown.getMessage());
      return;
    }
    ModuleLayer layer =
        ModuleLayer.boot()
            .defineModulesWithOneLoader(resolve(), ClassLoader.getPlatformClassLoader());
    Class<?> ours = layer.findLoader(KERNEL).loadClass(Lanewise.class.getName());
    assertTrue(ours != Lanewise.class, "the layer has taken the class of this test");
    assertEquals(KERNEL, ours.getModule().getName());
    assertEquals(layer, ours.getModule().getLayer());
    Object implementation = ours.getMethod("implementation").invoke(null);
    assertEquals(Lanewise.implementation().toString(), implementation.toString());
  }

  private static Configuration resolve() throws Exception {
    return ModuleLayer.boot()
        .configuration()
        .resolve(ModuleFinder.of(ClassFiles.root()), ModuleFinder.of(), Set.of(KERNEL));
  }
}
