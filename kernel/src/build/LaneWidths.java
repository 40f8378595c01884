import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Asks the JVM that will run the tests how wide its vectors are, and writes down the widest that
 * the kernels use, and which test executions have to be left out. Run by the build: {@code java
 * LaneWidths.java properties-file}.
 */
final class LaneWidths {
  private static final int[] WIDTHS = {128, 256, 512};

  private LaneWidths() {}

  public static void main(String[] arguments) throws IOException {
    // What C2 uses on this CPU, in bytes. It may be less than the CPU has: so would users' be.
    int bits = 8 * Integer.parseInt(option("MaxVectorSize"));
    boolean fma = Boolean.parseBoolean(option("UseFMA")); // without it only scalar code runs
    StringBuilder properties = new StringBuilder();
    int widest = 0; // 0: the scalar fallback
    for (int width : WIDTHS) {
      boolean leaveOut = bits < width || !fma;
      properties.append("lanewise.leave-out.").append(width).append('=').append(leaveOut);
      properties.append(System.lineSeparator());
      if (!leaveOut) {
        widest = width;
      } else {
        System.out.printf(
            "[INFO] test-%d is left out: the vectors of this CPU and JVM have %d bits%s.%n",
            width, bits, fma ? "" : ", and no fused multiply-add");
      }
    }
    properties.append("lanewise.widest=").append(widest).append(System.lineSeparator());
    Path file = Path.of(arguments[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, properties);
  }

  private static String option(String name) {
    return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .getVMOption(name)
        .getValue();
  }
}
