package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @Test
  void everyOptionIsRead() {
    Options options =
        Options.parse(
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
    assertEquals(
        new Options(
            Path.of("r"),
            7,
            List.of("exp 4096", "qk"),
            List.of("Oracle"),
            true,
            Path.of("f.json"),
            true),
        options);
  }

  @Test
  void threeRoundsAndOneWhereItIsToBeQuick() {
    assertEquals(3, Options.parse().rounds());
    assertEquals(1, Options.parse("--quick").rounds());
    assertEquals(2, Options.parse("--quick", "--rounds", "2").rounds());
  }

  @Test
  void theCommandRepeatsTheRunButNamesNoFolder() {
    assertEquals("mvn -Pbench", Options.parse("--report", "secret").command(false));
    assertEquals(
        "mvn -Pbench,peers -Dbench.args='--rounds 5 --only \"exp 4\" --contender MKL --quick'",
        Options.parse(
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
      assertTrue(Options.HELP.contains(option), option);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--colour", "-h", "exp", "--only=exp"})
  void anUnknownOptionIsNamed(String option) {
    Misuse misuse = assertThrows(Misuse.class, () -> Options.parse(option));
    assertEquals("There is no option \"" + option + "\"; --help lists them.", misuse.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "100", "many", "2.5", "99999999999"})
  void roundsOutOfRange(String rounds) {
    Misuse misuse = assertThrows(Misuse.class, () -> Options.parse("--rounds", rounds));
    assertEquals(
        "--rounds must be a number from 1 to 99, not " + rounds + ".", misuse.getMessage());
  }

  @Test
  void aMissingValueIsNotTheNextOption() {
    assertThrows(Misuse.class, () -> Options.parse("--only"));
    assertThrows(Misuse.class, () -> Options.parse("--report", "--quick"));
  }
}
