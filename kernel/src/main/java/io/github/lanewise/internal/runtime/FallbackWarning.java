package io.github.lanewise.internal.runtime;

import java.lang.reflect.Constructor;

/** The warning that scalar kernels run although nobody has asked for them. */
public interface FallbackWarning {
  String LOGGER = "io.github.lanewise";

  void warn(String text);

  /** Gives the warning, under the name of a class that means something to a user. */
  static void give(String obstacle) {
    // By its name: it is nobody's business but the package's, which shows users what they may call.
    give(obstacle, "io.github.lanewise.ScalarFallback");
  }

  static void give(String obstacle, String className) {
    String text =
        "Lanewise runs its scalar kernels, many times slower than vector code: "
            + obstacle
            + ". ("
            + LaneRequest.PROPERTY
            + "=0 asks for them and silences this warning.)";
    FallbackWarning warning;
    try {
      Constructor<? extends FallbackWarning> constructor =
          Class.forName(className).asSubclass(FallbackWarning.class).getDeclaredConstructor();
      constructor.setAccessible(true);
      warning = constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      // A tool has stripped the class off, as nothing names it. The header matters less than the
      // warning.
      warning = plain -> System.getLogger(LOGGER).log(System.Logger.Level.WARNING, plain);
    }
    warning.warn(text);
  }
}
