package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  @Test
  void everyOptionIsRead() {
    CompareCommand options =
        CompareCommand.parse(
            "--report",
            "r",
            "--rounds",
            "7",
            "--only",
            "exp 4096",
            "--only",
            "qk",
            "--contender",
            "Oracle",
            "--quick",
            "--render",
            "f.json",
            "--help");
    assertEquals(Path.of("r"), options.report);
    assertEquals(7, options.rounds());
    assertEquals(List.of("exp 4096", "qk"), options.only);
    assertEquals(List.of("Oracle"), options.contenders);
    assertEquals(Path.of("f.json"), options.render);
    assertTrue(options.quick);
    assertTrue(options.help);
  }

  @Test
  void threeRoundsAndOneWhereItIsToBeQuick() {
    assertEquals(3, CompareCommand.parse().rounds());
    assertEquals(1, CompareCommand.parse("--quick").rounds());
    assertEquals(2, CompareCommand.parse("--quick", "--rounds", "2").rounds());
  }

  @Test
  void theCommandRepeatsTheRunButNamesNoFolder() {
    assertEquals("mvn -Pbench", CompareCommand.parse("--report", "secret").command(false));
    assertEquals(
        "mvn -Pbench,peers -Dbench.args='--rounds 5 --only \"exp 4\" --contender MKL --quick'",
        CompareCommand.parse(
                "--quick",
                "--contender",
                "MKL",
                "--only",
                "exp 4",
                "--rounds",
                "5",
                "--report",
                "x")
            .command(true));
  }

  @Test
  void theHelpNamesEveryOption() {
    for (String option :
        List.of("--report", "--rounds", "--only", "--contender", "--quick", "--render", "--help")) {
      assertTrue(CompareCommand.parse().usage().contains(option), option);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--colour", "-h", "exp"})
  void anUnknownOptionIsNamed(String option) {
    String said = misuse(option);
    assertTrue(said.contains("'" + option + "'"), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "100", "many", "2.5", "99999999999"})
  void roundsOutOfRange(String rounds) {
    String said = misuse("--rounds", rounds);
    assertTrue(said.contains("--rounds") && said.contains(rounds), said);
  }

  @Test
  void aMissingValueIsNotTheNextOption() {
    assertTrue(misuse("--only").contains("--only"));
    assertTrue(misuse("--report", "--quick").contains("--report"));
  }

  private static String misuse(String... arguments) {
    return String.valueOf(
        assertThrows(ParameterException.class, () -> CompareCommand.parse(arguments)).getMessage());
  }
}
