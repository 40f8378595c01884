package io.github.lanewise.bench.demo.minilm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import io.github.lanewise.bench.stage.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same model in ONNX Runtime on one thread: through the artifact's own embedding class for the
 * numbers, and by its session alone for the time. It holds native memory: close it.
 */
public final class OnnxRuntimeEncoder implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final @Nullable Path profile;

  private OnnxRuntimeEncoder(@Nullable Path profile) {
    this.profile = profile;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      if (profile != null) {
        options.enableProfiling(profile.toString());
      }
      session = environment.createSession(ModelArtifact.read(MiniLm.MODEL_ENTRY), options);
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot open the model: " + e.getMessage(), e);
    }
  }

  /** Opens the model. */
  public static OnnxRuntimeEncoder open() {
    return new OnnxRuntimeEncoder(null);
  }

  /** Opens the model in a session that writes a profile; {@code prefix} begins its file name. */
  public static OnnxRuntimeEncoder openProfiled(Path prefix) {
    return new OnnxRuntimeEncoder(prefix);
  }

  /** Returns the artifact's own embedding class over this session. */
  public Embeddings embeddings() {
    return new Embeddings(
        new OnnxBertBiEncoder(
            environment,
            session,
            new ByteArrayInputStream(ModelArtifact.read(MiniLm.TOKENIZER_ENTRY)),
            PoolingMode.MEAN));
  }

  /** The artifact's embedding class, on the calling thread. */
  public static final class Embeddings extends AbstractInProcessEmbeddingModel {
    private final OnnxBertBiEncoder encoder;

    private Embeddings(OnnxBertBiEncoder encoder) {
      super(Runnable::run);
      this.encoder = encoder;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }

    /** Returns the embedding of a text. */
    public float[] of(String text) {
      return embed(text).content().vector();
    }
  }

  /** Runs the six layers on one sentence and drops the result: for the clock. */
  public void run(Tokens sentence) {
    int count = sentence.count();
    long[] shape = {1, count};
    LongBuffer ids = LongBuffer.allocate(count);
    LongBuffer ones = LongBuffer.allocate(count);
    for (int id : sentence.ids()) {
      ids.put(id);
      ones.put(1);
    }
    try (OnnxTensor input = OnnxTensor.createTensor(environment, ids.flip(), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, ones.flip(), shape);
        OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(count), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
      if (result.size() != 1) {
        throw new Failure("ONNX Runtime returned " + result.size() + " outputs, not 1");
      }
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot run the model: " + e.getMessage(), e);
    }
  }

  /** Ends profiling and returns what was measured; only after {@link #openProfiled}. */
  public OnnxRuntimeProfile endProfiling() {
    if (profile == null) {
      throw new IllegalStateException("this session was opened without a profile");
    }
    try {
      Path file = Path.of(session.endProfiling());
      OnnxRuntimeProfile result = OnnxRuntimeProfile.read(file);
      Files.deleteIfExists(file);
      return result;
    } catch (OrtException | IOException e) {
      throw new Failure("cannot read ONNX Runtime's profile: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new Failure("ONNX Runtime cannot close its session: " + e.getMessage(), e);
    }
  }
}
