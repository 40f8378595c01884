package io.github.lanewise.bench;

import io.github.lanewise.PackedMatrix.Storage;
import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.machine.LimitSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * What products with constant weights reach of what bounds them: shares of a plain read, of the
 * machine's multiply-adds, and of the product with a tensor. The two sides take turns, so that both
 * see the same machine.
 *
 * <p>{@code mvn -Pjmh -Djmh.main=io.github.lanewise.bench.PackedFigures}
 */
public final class PackedFigures {
  private static final long WARMING_NANOS = 2_000_000_000L;
  private static final long MEASURING_NANOS = 3_000_000_000L;

  private PackedFigures() {}

  public static void main(String[] arguments) {
    for (Storage storage : Storage.values()) {
      var b = PackedMatrixBenchmark.of(1, 8192, 2048, storage);
      share("1 row, " + storage + ", against a read of its bytes", b::product, time(b::read));
    }
    LimitSource peak = LimitSource.of(LimitKind.FMA, 0);
    for (int rows : new int[] {4, 64}) {
      for (Storage storage : Storage.values()) {
        var b = PackedMatrixBenchmark.of(rows, 8192, 2048, storage);
        String name = rows + " rows, " + storage + ", share of the multiply-adds";
        share(name, b::product, () -> b.operations() / peak.sample());
      }
    }
    var large = PackedMatrixBenchmark.of(17, 8192, 2048, Storage.FLOAT32);
    share("17 rows, FLOAT32, against a tensor", large::product, time(large::tensorProduct));
    var small = PackedMatrixBenchmark.of(17, 1536, 384, Storage.FLOAT32);
    share("17 rows, [1536 x 384]", small::product, time(small::tensorProduct));
  }

  /** Nanoseconds of a call. */
  private static DoubleSupplier time(Runnable call) {
    return () -> {
      long start = System.nanoTime();
      call.run();
      return System.nanoTime() - start;
    };
  }

  /** Prints the time of the bound divided by the product's: the median of all pairs. */
  private static void share(String name, Runnable product, DoubleSupplier bound) {
    DoubleSupplier own = time(product);
    double[] shares = new double[1 << 16];
    double[] times = new double[shares.length];
    int count = 0;
    long start = System.nanoTime();
    for (long now = start; now - start < WARMING_NANOS + MEASURING_NANOS; now = System.nanoTime()) {
      double time = own.getAsDouble();
      double share = bound.getAsDouble() / time;
      if (now - start > WARMING_NANOS && count < shares.length) {
        shares[count] = share;
        times[count++] = time;
      }
    }
    Arrays.sort(shares, 0, count);
    Arrays.sort(times, 0, count);
    System.out.printf(
        Locale.ROOT,
        "%-48s %5.2f   (quartiles %.2f, %.2f; %.0f us)%n",
        name,
        shares[count / 2],
        shares[count / 4],
        shares[count * 3 / 4],
        times[count / 2] / 1000);
  }
}
