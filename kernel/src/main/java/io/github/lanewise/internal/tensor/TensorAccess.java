package io.github.lanewise.internal.tensor;

import io.github.lanewise.FloatTensor;
import org.jspecify.annotations.Nullable;

/** Lets the rooms of this library look into a tensor without making its inside public. */
public abstract class TensorAccess {

  private static @Nullable TensorAccess access;

  /** Called once, by the class that is looked into. */
  public static void install(TensorAccess implementation) {
    access = implementation;
  }

  /** The storage, shape and strides of a tensor. */
  public static StridedFloats of(FloatTensor tensor) {
    TensorAccess installed = access; // a tensor exists, so its class is initialised
    assert installed != null;
    return installed.floats(tensor);
  }

  protected abstract StridedFloats floats(FloatTensor tensor);
}
