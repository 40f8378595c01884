package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.jvm.StartRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** What users are told, under the name of a class that they know. */
final class Warnings {
  /** The logger prints the class and the method that call it: this one, rather than ours. */
  private static final String SPEAKER = "io.github.lanewise.Lanewise";

  private static final String METHOD = "warn";

  private Warnings() {}

  /** Scalar kernels run although nobody has asked for them. */
  static void scalar(String obstacle) {
    give(
        "Lanewise runs its scalar kernels, many times slower than vector code: "
            + obstacle
            + ". ("
            + StartRequest.LANES
            + "=0 asks for them and silences this warning.)");
  }

  /** Throws nothing, whatever the user's logger does. */
  static void give(String text) {
    try {
      give(text, SPEAKER);
    } catch (RuntimeException | Error e) {
      // There is nobody left to tell.
    }
  }

  static void give(String text, String className) {
    try {
      // By its name: operators call the runtime, never the other way round.
      Method warn = Class.forName(className).getDeclaredMethod(METHOD, String.class);
      warn.setAccessible(true);
      warn.invoke(null, text);
    } catch (InvocationTargetException e) {
      // The user's logger failed, which must cost no more than the warning.
    } catch (ReflectiveOperationException e) {
      // A tool has stripped the method off, as nothing names it. The header matters less than the
      // warning.
      System.getLogger("io.github.lanewise").log(System.Logger.Level.WARNING, text);
    }
  }
}
