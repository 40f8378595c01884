package io.github.lanewise.internal.runtime;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.internal.runtime.Kernels.FamilyState;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

/** What {@link TrialTest} has to see in a process of its own: the first argument chooses it. */
final class TrialMain {
  private static final String THREAD = "lanewise-trial";

  /** A trial may practise a family for a minute, and its rarer kernels for another one. */
  private static final long PATIENCE_NANOS = 300_000_000_000L;

  private TrialMain() {}

  /** A scenario, and what it needs to know. */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "calls" -> callUntilSettled();
      case "slow" -> {
        Selection.preparation = set -> Tampered.with(set, "lanes", Tampered::waitFor);
        callUntilSettled();
      }
      case "garbage" -> {
        Selection.preparation = set -> Tampered.with(set, "tiles", () -> Tampered.litter(64));
        callUntilSettled();
      }
      case "litter" -> {
        Selection.preparation = set -> Tampered.with(set, "lanes", () -> Tampered.litter(1 << 16));
        callUntilSettled();
      }
      case "broken" -> {
        Selection.preparation =
            set ->
                Tampered.with(
                    set,
                    "scores",
                    () -> {
                      throw new IllegalStateException("out of order");
                    });
        callUntilSettled();
      }
      case "warmUp" -> warmUp(Duration.ofMinutes(2));
      case "short" -> warmUp(Duration.ofMillis(50));
      case "interrupted" -> {
        Thread.currentThread().interrupt();
        warmUp(Duration.ofMinutes(2));
        System.out.println("interrupted " + Thread.interrupted());
      }
      case "together" -> warmUpTogether(6);
      case "first" -> {
        System.out.println("digest " + Calls.digest());
        System.out.println("thread " + describeThread());
      }
      case "loaders" -> useInLoaders(Integer.parseInt(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Calls again and again, and compares the bits each time. */
  private static void callUntilSettled() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    String first = Calls.digest();
    System.out.println("digest " + first);
    int calls = 0;
    while (!isSettled()) {
      if (System.nanoTime() > end) {
        System.out.println("timeout");
        break;
      }
      String again = Calls.digest();
      calls++;
      if (!again.equals(first)) {
        System.out.println("changed " + again + " in call " + calls);
      }
    }
    for (int call = 0; call < 200; call++) {
      if (!Calls.digest().equals(first)) {
        System.out.println("changed after the trial");
      }
    }
    System.out.println("calls " + calls);
    printFamilies();
  }

  private static boolean isSettled() {
    return Kernels.families().stream().allMatch(FamilyState::settled);
  }

  private static void printFamilies() {
    for (Lanewise.Family family : Lanewise.implementation().families()) {
      System.out.println(
          "family "
              + family.name()
              + " "
              + family.serves()
              + " "
              + family.ratio()
              + " "
              + family.reason());
    }
  }

  private static void warmUp(Duration atMost) {
    Lanewise.WarmUp result = Lanewise.warmUp(atMost);
    System.out.println("complete " + result.complete());
    System.out.println("elapsed " + result.elapsed().toMillis());
    System.out.println("cpu " + result.cpu().toMillis());
    System.out.println("same " + result.families().equals(Lanewise.implementation().families()));
    printFamilies();
  }

  private static void warmUpTogether(int threads) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(threads);
    List<Thread> started = new ArrayList<>();
    List<Lanewise.WarmUp> results = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  barrier.await();
                  Calls.digest();
                  Lanewise.WarmUp result = Lanewise.warmUp(Duration.ofMinutes(2));
                  synchronized (results) {
                    results.add(result);
                  }
                } catch (Exception e) {
                  System.out.println("thrown " + e);
                }
              });
      thread.start();
      started.add(thread);
    }
    int most = 0;
    for (Thread thread : started) {
      while (thread.isAlive()) {
        thread.join(1);
        most = Math.max(most, trials());
      }
    }
    System.out.println("complete " + results.stream().filter(Lanewise.WarmUp::complete).count());
    System.out.println("most " + most);
    printFamilies();
  }

  private static int trials() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals(THREAD))
            .count();
  }

  private static String describeThread() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(THREAD)) {
        return "daemon "
            + thread.isDaemon()
            + ", loader "
            + (thread.getContextClassLoader() == ClassLoader.getSystemClassLoader());
      }
    }
    return "none";
  }

  /** The library in class loaders of its own, each called once by a thread of its own. */
  private static void useInLoaders(int count) throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    int most = 0;
    for (int n = 0; n < count; n++) {
      loaders.add(useInLoader());
      most = Math.max(most, trials());
    }
    long end = System.nanoTime() + PATIENCE_NANOS;
    long alive = count;
    while (alive > 0 && System.nanoTime() < end) {
      System.gc();
      Thread.sleep(50);
      most = Math.max(most, trials());
      alive = loaders.stream().filter(loader -> loader.get() != null).count();
    }
    System.out.println("most " + most);
    System.out.println("alive " + alive);
  }

  private static WeakReference<ClassLoader> useInLoader() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    ClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    AtomicReference<Object> digest = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                Class<?> calls = Class.forName(Calls.class.getName(), true, loader);
                Callable<?> call = (Callable<?>) calls.getDeclaredConstructor().newInstance();
                digest.set(call.call());
              } catch (Exception e) {
                digest.set(e);
              }
            });
    thread.setContextClassLoader(loader);
    thread.start();
    thread.join();
    if (!Calls.digest().equals(digest.get())) {
      System.out.println("changed " + digest.get());
    }
    return new WeakReference<>(loader);
  }

  /** Operations of three families, and a digest of what they compute. */
  public static final class Calls implements Callable<String> {
    /** For another class loader. */
    public Calls() {}

    @Override
    public String call() {
      return digest();
    }

    static String digest() {
      SplittableRandom random = new SplittableRandom(3);
      float[] x = new float[2 * 70 * 32];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      FloatTensor q = FloatTensor.of(x, 1, 2, 70, 32);
      FloatTensor out = FloatTensor.allocate(1, 2, 70, 32);
      Attention.builder().mask(Mask.causal()).build().forward(q, q, q, out);
      FloatTensor y = FloatTensor.allocate(4, 1120);
      Softmax.standard().apply(FloatTensor.of(x, 4, 1120), y);
      int hash = Arrays.hashCode(out.toArray()) * 31 + Arrays.hashCode(y.toArray());
      return Integer.toHexString(hash);
    }
  }
}
