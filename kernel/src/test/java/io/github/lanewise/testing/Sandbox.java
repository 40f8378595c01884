package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operands of a call, each in memory of its own full of NaN canaries. Afterwards it tells
 * whether anything but the outputs has changed.
 */
public final class Sandbox {

  /** A quiet NaN that no arithmetic makes. */
  private static final int CANARY = 0x7fc0_beef;

  private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;

  private final Layouts layouts;
  private final Arena arena = Arena.ofAuto();
  private final List<Operand> operands = new ArrayList<>();
  private final List<State> states = new ArrayList<>();

  public Sandbox(Layouts layouts) {
    this.layouts = layouts;
  }

  private static final class Operand {
    final String name;
    final Layout.Storage storage;
    final MemorySegment memory;
    final FloatTensor view;
    final boolean isOutput;
    final int[] before;

    Operand(
        String name,
        Layout.Storage storage,
        MemorySegment memory,
        FloatTensor view,
        boolean isOutput) {
      this.name = name;
      this.storage = storage;
      this.memory = memory;
      this.view = view;
      this.isOutput = isOutput;
      this.before = memory.toArray(BITS);
    }
  }

  /** Something else that a call may not change, as bytes. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record State(Supplier<byte[]> now, byte[] before) {}

  /** A tensor with these contents, that no call may change. */
  public FloatTensor input(float[] contents, long... shape) {
    return input("operand" + operands.size(), contents, shape);
  }

  /** A tensor with these contents, that no call may change. */
  public FloatTensor input(String name, float[] contents, long... shape) {
    return operand(name, contents, false, shape);
  }

  /** A tensor with some contents, that no call may change. */
  public FloatTensor anyInput(long... shape) {
    return input(Floats.of("input", FloatKind.NORMAL, shape), shape);
  }

  /** A tensor full of canaries. */
  public FloatTensor output(long... shape) {
    return output("operand" + operands.size(), shape);
  }

  /** A tensor full of canaries. */
  public FloatTensor output(String name, long... shape) {
    return operand(name, null, true, shape);
  }

  /** A tensor with these contents that a call is to replace. */
  public FloatTensor inPlace(float[] contents, long... shape) {
    return inPlace("operand" + operands.size(), contents, shape);
  }

  /** A tensor with these contents that a call is to replace. */
  public FloatTensor inPlace(String name, float[] contents, long... shape) {
    return operand(name, contents, true, shape);
  }

  private FloatTensor operand(
      String name, float @Nullable [] contents, boolean isOutput, long... shape) {
    Layout.Storage storage = layouts.of(name, shape.length);
    MemorySegment memory = storage.memory(arena, shape);
    for (long at = 0; at < memory.byteSize(); at += Float.BYTES) {
      memory.set(BITS, at, CANARY);
    }
    FloatTensor view = storage.view(memory, shape);
    if (contents != null) {
      Floats.copy(contents, view);
    }
    operands.add(new Operand(name, storage, memory, view, isOutput));
    return view;
  }

  /** What has these bytes may not change either. */
  public void keep(Supplier<byte[]> state) {
    states.add(new State(state, state.get()));
  }

  /** Checks that nothing has been written except to elements of outputs. */
  public void assertIntact(String what) {
    for (Operand operand : operands) {
      float[] results = operand.isOutput ? operand.view.toArray() : new float[0];
      if (operand.isOutput) {
        // What the call may have changed is put back before the comparison, and out again after it.
        Floats.copy(contentsBefore(operand), operand.view);
      }
      compare(operand, what + ", outside of its outputs");
      if (operand.isOutput) {
        Floats.copy(results, operand.view);
      }
    }
  }

  /** Checks that nothing at all has been written. */
  public void assertUntouched(String what) {
    for (Operand operand : operands) {
      compare(operand, what);
    }
    for (State state : states) {
      assertArrayEquals(state.before, state.now.get(), what);
    }
  }

  private void compare(Operand operand, String what) {
    int[] after = operand.memory.toArray(BITS);
    for (int j = 0; j < after.length; j++) {
      if (after[j] != operand.before[j]) {
        assertEquals(
            Integer.toHexString(operand.before[j]),
            Integer.toHexString(after[j]),
            what
                + (" in " + layouts + ": " + operand.name)
                + (", bits of float " + j + " of " + after.length));
      }
    }
  }

  private static float[] contentsBefore(Operand operand) {
    MemorySegment copy = MemorySegment.ofArray(operand.before).asReadOnly();
    return operand.storage.view(copy, operand.view.shape()).toArray();
  }
}
