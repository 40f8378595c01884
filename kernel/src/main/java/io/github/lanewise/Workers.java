package io.github.lanewise;

import io.github.lanewise.internal.work.Crew;
import io.github.lanewise.internal.work.CrewAccess;
import java.util.concurrent.Executor;

/** The threads that a call runs on. */
@SuppressWarnings("DoNotCallSuggester")
public final class Workers implements AutoCloseable {

  static {
    CrewAccess.install(
        new CrewAccess() {
          @Override
          protected Crew crew(Workers workers) {
            return workers.crew;
          }
        });
  }

  private static final Workers CALLER = new Workers(Crew.caller());

  private final Crew crew;

  private Workers(Crew crew) {
    this.crew = crew;
  }

  public static Workers caller() {
    return CALLER;
  }

  public static Workers threads(int count) {
    throw new UnsupportedOperationException();
  }

  public static Workers on(Executor executor, int parallelism) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    crew.close();
  }
}
