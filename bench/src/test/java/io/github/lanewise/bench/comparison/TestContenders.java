package io.github.lanewise.bench.comparison;

import java.util.List;

/** Contenders that divide, and go wrong in all the ways that a native library can. */
final class TestContenders {
  private TestContenders() {}

  /** Divides, and allocates nothing. */
  abstract static class Dividing implements Contender {
    @Override
    public String name() {
      return getClass().getSimpleName();
    }

    @Override
    public String description() {
      return "a test's";
    }

    @Override
    public boolean answers(Question question) {
      return question.operation() == Operation.DIVIDE || question.operation() == Operation.MAX;
    }

    @Override
    public Run prepare(Question question, QuestionData data) throws Exception {
      return new Division(data);
    }
  }

  /** Right. */
  public static final class Right extends Dividing {}

  /** Right, too, and needs an option of its JVM. */
  public static final class Optioned extends Dividing {
    @Override
    public List<String> jvmArguments() {
      return List.of("-Dtest.optioned=given");
    }

    @Override
    public Run prepare(Question question, QuestionData data) throws Exception {
      if (!System.getProperty("test.optioned", "").equals("given")) {
        throw new IllegalStateException("my option is missing");
      }
      return super.prepare(question, data);
    }
  }

  /** Its library is not there. */
  public static final class Unloadable extends Dividing {
    @Override
    @SuppressWarnings("restricted") // there is nothing to load
    public Run prepare(Question question, QuestionData data) {
      System.loadLibrary("lanewise-no-such-library");
      throw new IllegalStateException("it was loaded");
    }
  }

  /** One element is off. */
  public static final class Wrong extends Dividing {
    @Override
    public Run prepare(Question question, QuestionData data) {
      return new Division(data) {
        @Override
        public float[] result() {
          float[] result = super.result();
          result[17] *= 1.001f;
          return result;
        }
      };
    }
  }

  /** Throws an exception with a cause. */
  public static final class Throwing extends Dividing {
    @Override
    public Run prepare(Question question, QuestionData data) throws Exception {
      throw new Exception("session", new IllegalArgumentException("opset 99\nis unknown"));
    }
  }

  /** Never returns, interrupted or not. */
  public static final class Hanging extends Dividing {
    @Override
    public Run prepare(Question question, QuestionData data) {
      long spins = 0;
      while (spins >= 0) {
        spins = (spins + 1) & Long.MAX_VALUE;
        Thread.onSpinWait();
      }
      throw new IllegalStateException("over");
    }
  }

  /** Takes its JVM along, as a segmentation fault does. */
  public static final class Dying extends Dividing {
    @Override
    public Run prepare(Question question, QuestionData data) {
      return new Division(data) {
        private int calls;

        @Override
        public void run() {
          super.run();
          if (++calls > 100) {
            Runtime.getRuntime().halt(3);
          }
        }
      };
    }
  }

  /** 80 ms a call. */
  public static final class Slow extends Dividing {
    @Override
    public Run prepare(Question question, QuestionData data) {
      return new Division(data) {
        @Override
        public void run() {
          super.run();
          try {
            Thread.sleep(80);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      };
    }
  }

  private static class Division implements Contender.Run {
    private final float[] x;
    private final float[] y;

    Division(QuestionData data) {
      this.x = data.a();
      this.y = new float[x.length];
    }

    @Override
    public void run() {
      for (int i = 0; i < x.length; i++) {
        y[i] = x[i] / QuestionData.DIVISOR;
      }
    }

    @Override
    public void spoil() {
      java.util.Arrays.fill(y, Float.NaN);
    }

    @Override
    public float[] result() {
      return y.clone();
    }

    @Override
    public void close() {}
  }
}
