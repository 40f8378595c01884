package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The operands of a call, each in a buffer of its own full of NaN canaries. Afterwards it tells
 * whether anything but the outputs has changed.
 */
final class Sandbox implements AutoCloseable {

  /** A quiet NaN that no arithmetic makes. */
  private static final int CANARY = 0x7fc0_beef;

  private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;

  private final Layout layout;
  private final Arena arena = Arena.ofShared();
  private final List<Operand> operands = new ArrayList<>();

  Sandbox(Layout layout) {
    this.layout = layout;
  }

  private static final class Operand {
    final MemorySegment memory;
    final FloatTensor view;
    final boolean isOutput;
    final int[] before;

    Operand(MemorySegment memory, FloatTensor view, boolean isOutput) {
      this.memory = memory;
      this.view = view;
      this.isOutput = isOutput;
      this.before = memory.toArray(BITS);
    }
  }

  Layout layout() {
    return layout;
  }

  /** A tensor with these contents, that no call may change. */
  FloatTensor input(float[] contents, long... shape) {
    return operand(contents, false, shape);
  }

  /** A tensor full of canaries. */
  FloatTensor output(long... shape) {
    return operand(null, true, shape);
  }

  /** A tensor with these contents that a call is to replace. */
  FloatTensor inPlace(float[] contents, long... shape) {
    return operand(contents, true, shape);
  }

  private FloatTensor operand(
      float @org.jspecify.annotations.Nullable [] contents, boolean isOutput, long... shape) {
    MemorySegment memory = layout.memory(layout.floatsFor(shape), arena);
    for (long at = 0; at < memory.byteSize(); at += Float.BYTES) {
      memory.set(BITS, at, CANARY);
    }
    FloatTensor view = layout.view(memory, shape);
    if (contents != null) {
      Floats.copy(contents, view);
    }
    operands.add(new Operand(memory, view, isOutput));
    return view;
  }

  /** Checks that nothing has been written except to elements of outputs. */
  void assertIntact(String what) {
    for (int o = 0; o < operands.size(); o++) {
      Operand operand = operands.get(o);
      float[] results = operand.isOutput ? operand.view.toArray() : new float[0];
      if (operand.isOutput) {
        // What the call may have changed is put back before the comparison, and out again after it.
        Floats.copy(contentsBefore(operand), operand.view);
      }
      compare(operand, what + " in " + layout + ": operand " + o + " outside of its outputs");
      if (operand.isOutput) {
        Floats.copy(results, operand.view);
      }
    }
  }

  /** Checks that nothing at all has been written. */
  void assertUntouched(String what) {
    for (int o = 0; o < operands.size(); o++) {
      compare(operands.get(o), what + " in " + layout + ": operand " + o);
    }
  }

  private static void compare(Operand operand, String what) {
    int[] after = operand.memory.toArray(BITS);
    for (int j = 0; j < after.length; j++) {
      if (after[j] != operand.before[j]) {
        assertEquals(
            Integer.toHexString(operand.before[j]),
            Integer.toHexString(after[j]),
            what + ", bits of float " + j + " of " + after.length);
      }
    }
  }

  private float[] contentsBefore(Operand operand) {
    MemorySegment copy = MemorySegment.ofArray(operand.before);
    long[] shape = operand.view.shape();
    FloatTensor before = layout.view(copy.asReadOnly(), shape);
    return before.toArray();
  }

  @Override
  public void close() {
    arena.close();
  }
}
