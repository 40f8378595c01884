package io.github.lanewise.testing;

/** One layout for all tensors, or another for each. */
public interface Layouts {
  /** The layout of the tensor of that name. */
  Layout.Storage of(String name, int rank);
}
