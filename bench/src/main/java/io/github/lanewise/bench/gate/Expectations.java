package io.github.lanewise.bench.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The committed ratios, per lane width in bits and name of a work. A ratio of 0 says that time
 * tells nothing about that work there, as scalar code is about as fast; then only its garbage is
 * judged.
 */
final class Expectations {
  /** On the class path. */
  static final String RESOURCE = "/io/github/lanewise/bench/gate/gate.json";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final SortedMap<Integer, Map<String, Double>> ratios;

  private Expectations(SortedMap<Integer, Map<String, Double>> ratios) {
    this.ratios = ratios;
  }

  /** None at all. */
  static Expectations none() {
    return new Expectations(new TreeMap<>());
  }

  /** Reads those that are committed. */
  static Expectations committed() {
    try (InputStream in = Expectations.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new Failure("there are no expectations: " + RESOURCE + " is not on the class path");
      }
      return new Expectations(
          MAPPER.readValue(in, new TypeReference<TreeMap<Integer, Map<String, Double>>>() {}));
    } catch (IOException e) {
      throw new Failure("cannot read the expectations " + RESOURCE + ": " + e.getMessage(), e);
    }
  }

  /** The widths that have expectations. */
  Set<Integer> widths() {
    return ratios.keySet();
  }

  /** The expectations at a width; null if there are none. */
  @Nullable Map<String, Double> at(int lanes) {
    return ratios.get(lanes);
  }

  /** Replaces the expectations at a width. */
  void put(int lanes, Map<String, Double> expected) {
    ratios.put(lanes, new LinkedHashMap<>(expected));
  }

  /** As text for the file. */
  String json() {
    try {
      return MAPPER.writeValueAsString(ratios) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
