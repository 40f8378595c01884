package io.github.lanewise.internal.work;

import io.github.lanewise.Workers;
import org.jspecify.annotations.Nullable;

/** Lets the operators reach the crew behind the public handle. */
public abstract class CrewAccess {

  private static @Nullable CrewAccess access;

  /** Called once, by the class that is looked into. */
  public static void install(CrewAccess implementation) {
    access = implementation;
  }

  public static Crew of(Workers workers) {
    CrewAccess installed = access; // a handle exists, so its class is initialised
    assert installed != null;
    return installed.crew(workers);
  }

  protected abstract Crew crew(Workers workers);
}
