package io.github.lanewise.bench.spark;

import io.github.lanewise.attention.AttentionState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;

/** A state on its way between machines: in the library's own format, which has checksums. */
public final class StateMessage implements Externalizable {

  private static final long serialVersionUID = 1;

  private transient AttentionState state; // not by Java's own means

  /** For deserialization alone. */
  public StateMessage() {
    this(AttentionState.empty(0, 0, 0, 0));
  }

  StateMessage(AttentionState state) {
    this.state = state;
  }

  AttentionState state() {
    return state;
  }

  /** What both hold, in this message; Spark may reduce in any order. */
  StateMessage mergedWith(StateMessage other) {
    state.merge(other.state);
    return this;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.save(bytes);
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    state = AttentionState.load(new ByteArrayInputStream(bytes));
  }
}
