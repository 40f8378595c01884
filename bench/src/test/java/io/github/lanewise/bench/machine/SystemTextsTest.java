package io.github.lanewise.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.machine.MachineLimits.CacheSizes;
import io.github.lanewise.bench.result.BenchResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTextsTest {
  @Test
  void anIntelProcessorTellsItsName() {
    String cpuinfo =
        """
        processor\t: 0
        model\t\t: 106
        model name\t: Intel(R) Xeon(R)   Platinum 8375C CPU @ 2.90GHz
        flags\t\t: fpu vme model name : no
        """;
    assertEquals(
        "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", MachineInfo.cpu(cpuinfo, "amd64"));
  }

  @Test
  void anArmProcessorTellsItsPart() {
    String graviton =
        """
        processor\t: 0
        BogoMIPS\t: 243.75
        CPU implementer\t: 0x41
        CPU architecture: 8
        CPU part\t: 0xd40
        """;
    assertEquals("aarch64, Neoverse V1", MachineInfo.cpu(graviton, "aarch64"));
    assertEquals(
        "aarch64, implementer 0xc0, part 0xd40",
        MachineInfo.cpu(graviton.replace("0x41", "0xc0"), "aarch64"));
  }

  @Test
  void aSystemThatTellsNothingHasAnArchitecture() {
    assertEquals("riscv64", MachineInfo.cpu("", "riscv64"));
    assertEquals("riscv64", MachineInfo.cpu("processor : 0\n:\n", "riscv64"));
  }

  @Test
  void cachesAreReadByLevelAndType(@TempDir Path folder) throws IOException {
    cache(folder, 0, "1", "Data", "48K");
    cache(folder, 1, "1", "Instruction", "32K");
    cache(folder, 2, "2", "Unified", "2M");
    assertEquals(new CacheSizes(48 * 1024, 2 * 1024 * 1024, Double.NaN), CacheSizes.read(folder));
  }

  private static void cache(Path folder, int index, String level, String type, String size)
      throws IOException {
    Path cache = Files.createDirectory(folder.resolve("index" + index));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
  }

  @Test
  void cachesThatAreNotToldAreUnknown(@TempDir Path folder) {
    assertEquals(new CacheSizes(Double.NaN, Double.NaN, Double.NaN), CacheSizes.read(folder));
    assertEquals(Double.NaN, CacheSizes.bytes("large"));
    assertEquals(Double.NaN, CacheSizes.bytes("K"));
    assertEquals(512, CacheSizes.bytes("512"));
  }

  @Test
  void limitsHaveTheSizesOfTheCachesOrUsualOnes() {
    assertEquals(
        "[0, 16384, 16384, 524288, 524288, 268435456, 268435456]",
        sizes(new CacheSizes(Double.NaN, Double.NaN, Double.NaN)));
    assertEquals(
        "[0, 24576, 24576, 1048576, 1048576, 402653184, 402653184]",
        sizes(new CacheSizes(48 << 10, 2 << 20, 96 << 20)));
  }

  private static String sizes(CacheSizes caches) {
    return new MachineLimits(caches)
        .limits().stream().map(BenchResult.Limit::bytes).map(Double::longValue).toList().toString();
  }

  @Test
  void pathsAreLeftOutOfTheFlags() {
    assertEquals("-Xmx2g", MachineInfo.withoutPath("-Xmx2g"));
    assertEquals("-Dlanewise.lanes=256", MachineInfo.withoutPath("-Dlanewise.lanes=256"));
    assertEquals("-Djava.io.tmpdir=…", MachineInfo.withoutPath("-Djava.io.tmpdir=/home/me/tmp"));
    assertEquals("-javaagent:…", MachineInfo.withoutPath("-javaagent:C:\\Users\\me\\a.jar=x=1"));
    assertEquals("…", MachineInfo.withoutPath("@/home/me/flags=all"));
  }

  @Test
  void theRevisionIsNamedWhereThereIsOne() {
    assertEquals("0.1", MachineInfo.lanewise("0.1", "", false));
    assertEquals("0.1 (abc)", MachineInfo.lanewise("0.1", "abc", false));
    assertEquals("0.1 (abc, with changes)", MachineInfo.lanewise("0.1", "abc", true));
  }

  @Test
  void thisMachineIsDescribedWithoutPaths() {
    BenchResult.Machine machine = MachineInfo.read();
    assertFalse(machine.cpu().isBlank());
    assertTrue(machine.cores() >= 1);
    assertTrue(machine.jdk().contains(Runtime.version().toString()), machine.jdk());
    assertTrue(machine.lanewise().matches("\\d+\\.\\d+.*"), machine.lanewise());
    String home = System.getProperty("user.home");
    assertFalse(machine.toString().contains(System.getProperty("user.dir")), machine.toString());
    assertFalse(home.length() > 1 && machine.toString().contains(home), machine.toString());
  }

  @Test
  void aReleaseIsNumbers() {
    assertEquals("6.18.44", MachineInfo.release("6.18.44-cloud-amd64"));
    assertEquals("10.0", MachineInfo.release("10.0"));
    assertEquals("unknown", MachineInfo.release("unknown"));
  }
}
