import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Writes the vector kernels whose text is a pattern: C2 keeps a vector in a register only if it is
 * a local variable of its own, so tiles, transposes and exp four times over are spelled out, which
 * is work for a machine. Run from the directory kernel: {@code java
 * src/build/GenerateKernels.java}, or with another directory to write to. GeneratedKernelsTest
 * holds what is committed to what this writes.
 */
final class GenerateKernels {
  private static final String ROOM = "io/github/lanewise/internal/vector/generated";

  private GenerateKernels() {}

  public static void main(String[] arguments) throws IOException {
    Path target = Path.of(arguments.length > 0 ? arguments[0] : "src/main/java/" + ROOM);
    Files.createDirectories(target);
    TreeMap<String, String> files = new TreeMap<>();
    files.put("package-info", Source.packageInfo());
    files.put("ProductTiles", productTiles());
    files.put("ScoreTiles", scoreTiles());
    files.put("DecodeTiles", decodeTiles());
    files.put("Transposes", transposes());
    files.put("VectorExp", vectorExp());
    files.put("ExpLoops", expLoops());
    for (var file : files.entrySet()) {
      Files.writeString(target.resolve(file.getKey() + ".java"), file.getValue());
    }
  }

  // ------------------------------------------------------------------------------------- products

  private static String productTiles() {
    Source s =
        new Source(
            "ProductTiles",
            "",
            """
            /**
             * Register tiles of the matrix product: {@code out[r][lanes] = alpha · Σ a[t][r] · b[t][lanes]},
             * one chain of fused multiply-adds per element, ascending over t.
             *
             * <p>8x2 needs 16 accumulators, 2 vectors of b and one broadcast: it fits 32 registers; 4x2 is its
             * half for 16 registers. The strides within the loop are constants, which lets C2 hoist the range
             * checks. One call computes one tile: a loop over tiles in here would cost a third of the speed.
             */""");
    for (int[] shape : new int[][] {{8, 2}, {8, 1}, {4, 2}}) {
      Tile tile = new Tile(shape[0], shape[1]);
      s.doc(tile + ".");
      s.kernel(
          "public static void tile" + tile.name(),
          "float[] a, int aFrom, float[] b, int bFrom, int depth, float alpha, float[] out, int outFrom,"
              + " int outStride");
      tile.zero(s);
      tile.multiply(s);
      s.line("FloatVector factor = FloatVector.broadcast(F, alpha);");
      tile.each(
          (r, v) -> s.line("acc%s%s.mul(factor).intoArray(out, %s);", r, v, at("outStride", r, v)));
      s.end();
    }
    Tile tile = new Tile(4, 2);
    s.doc(tile + " on top of a panel.");
    s.kernel(
        "public static void add" + tile.name(),
        "float[] a, int aFrom, float[] b, int bFrom, int depth, float[] out, int outFrom");
    tile.each(
        (r, v) ->
            s.line(
                "FloatVector acc%s%s = FloatVector.fromArray(F, out, %s);",
                r, v, at("PANEL", r, v)));
    tile.multiply(s);
    tile.each((r, v) -> s.line("acc%s%s.intoArray(out, %s);", r, v, at("PANEL", r, v)));
    s.end();
    return s.finish();
  }

  private static String scoreTiles() {
    Source s =
        new Source(
            "ScoreTiles",
            "",
            """
            /**
             * Register tiles of QKᵀ as {@link ProductTiles} has them, whose results are scaled and raise the
             * maximum of each lane while they are still in registers: it saves a pass over the scores.
             *
             * <p>The maximum ignores NaN, or stays behind the other keys of the tile where one of them is NaN:
             * such a row is NaN throughout, because NaN comes back through the sum.
             */""");
    for (int keys : new int[] {8, 4}) {
      Tile tile = new Tile(keys, 2);
      s.doc(keys + " keys by 2 vectors of queries.");
      s.kernel(
          "public static void scores" + tile.name(),
          "float[] a, int aFrom, float[] b, int bFrom, int depth, float scale, float[] out, int outFrom,"
              + " float[] maxima, int maximumAt");
      tile.zero(s);
      tile.multiply(s);
      s.line("FloatVector factor = FloatVector.broadcast(F, scale);");
      tile.each((r, v) -> s.line("acc%s%s = acc%1$s%2$s.mul(factor);", r, v));
      tile.each((r, v) -> s.line("acc%s%s.intoArray(out, %s);", r, v, at("PANEL", r, v)));
      for (int step = 1; step < keys; step *= 2) {
        for (int r = 0; r < keys; r += 2 * step) {
          for (int v = 0; v < 2; v++) {
            String upper = "acc" + r + v;
            String lower = "acc" + (r + step) + v;
            s.line("%s = %1$s.blend(%s, %2$s.compare(GT, %1$s));", upper, lower);
          }
        }
      }
      for (int v = 0; v < 2; v++) {
        s.line(
            "FloatVector maximum%d = FloatVector.fromArray(F, maxima, %s);",
            v, plus("maximumAt", v, "L"));
      }
      for (int v = 0; v < 2; v++) {
        s.line(
            "maximum%d.blend(acc0%1$d, acc0%1$d.compare(GT, maximum%1$d)).intoArray(maxima, %s);",
            v, plus("maximumAt", v, "L"));
      }
      s.end();
    }
    return s.finish();
  }

  /** Where row r, vector v of a result lies. */
  private static String at(String stride, int r, int v) {
    return plus(plus("outFrom", r, stride), v, "L");
  }

  /** Accumulators of so many rows by so many vectors. */
  private record Tile(int rows, int vectors) {
    interface Element {
      void write(int row, int vector);
    }

    String name() {
      return rows + "x" + vectors;
    }

    @Override
    public String toString() {
      return rows + " rows by " + vectors + (vectors == 1 ? " vector" : " vectors");
    }

    void each(Element element) {
      for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
          element.write(r, v);
        }
      }
    }

    void zero(Source s) {
      each((r, v) -> s.line("FloatVector acc%d%d = FloatVector.zero(F);", r, v));
    }

    void multiply(Source s) {
      s.line("for (int t = 0; t < depth; t++) {");
      s.line("int at = aFrom + t * GROUP;");
      for (int v = 0; v < vectors; v++) {
        s.line(
            "FloatVector b%d = FloatVector.fromArray(F, b, %s);",
            v, plus("bFrom + t * PANEL", v, "L"));
      }
      for (int r = 0; r < rows; r++) {
        s.line("FloatVector a%d = FloatVector.broadcast(F, a[%s]);", r, plus("at", r));
        for (int v = 0; v < vectors; v++) {
          s.line("acc%d%d = a%1$d.fma(b%2$d, acc%1$d%2$d);", r, v);
        }
      }
      s.line("}");
    }
  }

  // --------------------------------------------------------------------------------------- decode

  /** A storage: its elements, a row of a group of them, and how a vector x becomes floats. */
  private record Storage(String name, String element, String row, String before, String... load) {
    boolean isFloat() {
      return load.length == 1;
    }
  }

  private static final Storage FLOATS =
      new Storage(
          "floats", "float", "GROUP", "", "FloatVector x%s = FloatVector.fromArray(F, a, %s);");

  private static final Storage BFLOATS =
      new Storage(
          "bfloats",
          "short",
          "SHORT_ROW",
          "",
          "ShortVector s%s = ShortVector.fromArray(S, a, %s);",
          "IntVector i%s = (IntVector) s%1$s.convertShape(ZERO_EXTEND_S2I, I, 0);",
          "FloatVector x%s = (FloatVector) i%1$s.lanewise(LSHL, 16).convert(REINTERPRET_I2F, 0);");

  private static final Storage HALVES =
      new Storage(
          "halves",
          "short",
          "SHORT_ROW",
          """
          IntVector fields = IntVector.broadcast(I, FIELDS);
          FloatVector rebias = FloatVector.broadcast(F, REBIAS);""",
          "ShortVector s%s = ShortVector.fromArray(S, a, %s);",
          "IntVector i%s = (IntVector) s%1$s.convertShape(S2I, I, 0);",
          "i%s = i%1$s.lanewise(LSHL, 13).and(fields);",
          "FloatVector x%s = ((FloatVector) i%1$s.convert(REINTERPRET_I2F, 0)).mul(rebias);");

  private static final Storage BYTES =
      new Storage(
          "bytes",
          "byte",
          "BYTE_ROW",
          "",
          "ByteVector s%s = ByteVector.fromArray(B, a, %s);",
          "FloatVector x%s = (FloatVector) s%1$s.convertShape(B2F, F, 0);");

  private static String decodeTiles() {
    Source s =
        new Source(
            "DecodeTiles",
            """
            /** Lanes of a group of narrow numbers; a row of them is a cache line. */
            private static final int SHORT_ROW = 2 * GROUP;

            private static final int BYTE_ROW = 4 * GROUP;

            /** The sign, and the 15 bits of exponent and significand where a float has its own. */
            private static final int FIELDS = 0x8FFF_E000;

            /** The difference between the two formats' exponents: 127 - 15. */
            private static final float REBIAS = 0x1p112f;
            """,
            """
            /**
             * Tiles of the decode products: {@code out[query][lanes] += Σ b[query][t] · a[t][lanes]}, one chain
             * of fused multiply-adds per element, ascending over t. The shapes are explained in {@code
             * VectorDecodeKernels}.
             *
             * <ul>
             *   <li>A float32 is an operand of the multiply-add as it is.
             *   <li>A bfloat16 is the upper half of the float that it stands for.
             *   <li>The bits of a float16 are moved to where a float has them; one exact product corrects the
             *       exponent, subnormals included. Infinities and NaN do not occur: the cache refuses them.
             *       Four queries take one step at a time: of four steps C2 boxed the constants at 256 bits.
             *   <li>Of int8 only the integers are multiplied here; their scales join outside, one for each key.
             * </ul>
             */""");
    decode(s, FLOATS, 2, 1, 4);
    decode(s, FLOATS, 2, 4, 4);
    decode(s, BFLOATS, 2, 1, 4);
    decode(s, BFLOATS, 2, 4, 4);
    decode(s, HALVES, 2, 1, 4);
    decode(s, HALVES, 2, 4, 1);
    decode(s, BYTES, 4, 1, 4);
    decode(s, BYTES, 2, 4, 4);
    return s.finish();
  }

  private static void decode(Source s, Storage storage, int vectors, int queries, int unrolled) {
    boolean two = storage.isFloat(); // two streams, where the others have one
    s.doc(vectors + " vectors by " + queries + (queries == 1 ? " query." : " queries."));
    s.kernel(
        "public static void " + storage.name + vectors + "x" + queries,
        storage.element
            + (two ? "[] a, int a0, int a1, int depth, " : "[] a, int from, int depth, ")
            + (two
                ? "float[] b, int bFrom, float[] out, int o0, int o1"
                : "float[] b, int bFrom, float[] out, int to")
            + (queries == 1 ? "" : ", int outStride"));
    storage.before.lines().forEach(s::text);
    if (unrolled > 1) {
      s.line("int unrolled = depth & -%d;", unrolled);
    }
    for (int q = 0; q < queries; q++) {
      for (int v = 0; v < vectors; v++) {
        s.line("FloatVector acc%d%d = FloatVector.fromArray(F, out, %s);", v, q, result(two, v, q));
      }
    }
    if (unrolled > 1) {
      s.line("int t = 0;");
      s.line("for (; t < unrolled; t += %d) {", unrolled);
      steps(s, storage, vectors, queries, unrolled);
      s.line("for (; t < depth; t++) {");
    } else {
      s.line("for (int t = 0; t < depth; t++) {");
    }
    steps(s, storage, vectors, queries, 1);
    for (int q = 0; q < queries; q++) {
      for (int v = 0; v < vectors; v++) {
        s.line("acc%d%d.intoArray(out, %s);", v, q, result(two, v, q));
      }
    }
    s.end();
  }

  private static String result(boolean two, int v, int q) {
    return plus(two ? "o" + v : plus("to", v, "L"), q, "outStride");
  }

  private static void steps(Source s, Storage storage, int vectors, int queries, int count) {
    boolean two = storage.isFloat();
    s.line("int at = %st * %s;", two ? "" : "from + ", storage.row);
    for (int u = 0; u < count; u++) {
      for (int v = 0; v < vectors; v++) {
        String at = plus(two ? "a" + v + " + at" : "at", u, storage.row);
        for (String load : storage.load) {
          s.line(load, "" + v + u, two ? at : plus(at, v, "L"));
        }
      }
      for (int q = 0; q < queries; q++) {
        String factor = plus(plus("bFrom + t", q, "CHUNK"), u);
        s.line("FloatVector b%d%d = FloatVector.broadcast(F, b[%s]);", q, u, factor);
        for (int v = 0; v < vectors; v++) {
          s.line("acc%d%d = b%2$d%3$d.fma(x%1$d%3$d, acc%1$d%2$d);", v, q, u);
        }
      }
    }
    s.line("}");
  }

  // ------------------------------------------------------------------------------------ transpose

  private static String transposes() {
    Source s =
        new Source(
            "Transposes",
            """
            // For blocks of 2·half lanes: which lanes of the pair (upper row, lower row) go up, which down.
            private static final int[] UP_8 = up(8);
            private static final int[] DOWN_8 = down(8);
            private static final int[] UP_4 = up(4);
            private static final int[] DOWN_4 = down(4);
            private static final int[] UP_2 = up(2);
            private static final int[] DOWN_2 = down(2);
            private static final int[] UP_1 = up(1);
            private static final int[] DOWN_1 = down(1);
            """,
            """
            /**
             * Transposes squares of L x L floats by swapping ever smaller blocks: half the square first, then
             * quarters, down to single elements (Eklundh, A fast computer method for matrix transposing, IEEE
             * Transactions on Computers 21, 1972). All rows stay in registers, so that each width has a method.
             */""");
    s.doc(
        """
        /** The lower halves of both rows' blocks, side by side; lanes of the second row count from L. */
        private static int[] up(int half) {
        int[] lanes = new int[L];
        for (int i = 0; i < L; i++) {
        lanes[i] = (i & half) == 0 ? i : L + i - half;
        }
        return lanes;
        }

        /** The upper halves of both rows' blocks, side by side. */
        private static int[] down(int half) {
        int[] lanes = new int[L];
        for (int i = 0; i < L; i++) {
        lanes[i] = (i & half) == 0 ? (i + half) % L : L + i;
        }
        return lanes;
        }

        /** {@code out[to + t·outStride + r] = a[from + r·stride + t]} for r and t below L. */
        public static void square(float[] a, int from, int stride, float[] out, int to, int outStride) {
        if (L == 16) {
        square16(a, from, stride, out, to, outStride);
        } else if (L == 8) {
        square8(a, from, stride, out, to, outStride);
        } else {
        square4(a, from, stride, out, to, outStride);
        }
        }
        """);
    for (int rows = 16; rows >= 4; rows /= 2) {
      s.doc(rows + " rows in registers.");
      s.kernel(
          "private static void square" + rows,
          "float[] a, int from, int stride, float[] out, int to, int outStride");
      for (int r = 0; r < rows; r++) {
        s.line("FloatVector v%d = FloatVector.fromArray(F, a, %s);", r, plus("from", r, "stride"));
        s.line("IntVector r%d = (IntVector) v%1$d.convert(REINTERPRET_F2I, 0);", r);
      }
      s.line("IntVector up = IntVector.fromArray(I, UP_%d, 0);", rows / 2);
      s.line("IntVector down = IntVector.fromArray(I, DOWN_%d, 0);", rows / 2);
      s.line("IntVector upper;");
      for (int half = rows / 2; half > 1; half /= 2) {
        for (int r = 0; r < rows; r++) {
          if ((r & half) == 0) {
            s.line("upper = up.selectFrom(r%d, r%d);", r, r + half);
            s.line("r%2$d = down.selectFrom(r%1$d, r%2$d);", r, r + half);
            s.line("r%d = upper;", r);
          }
        }
        s.line("up = IntVector.fromArray(I, UP_%d, 0);", half / 2);
        s.line("down = IntVector.fromArray(I, DOWN_%d, 0);", half / 2);
      }
      for (int r = 0; r < rows; r++) {
        s.line(
            "v%d = (FloatVector) %s.selectFrom(r%d, r%d).convert(REINTERPRET_I2F, 0);",
            r, r % 2 == 0 ? "up" : "down", r & ~1, r | 1);
        s.line("v%d.intoArray(out, %s);", r, plus("to", r, "outStride"));
      }
      s.end();
    }
    return s.finish();
  }

  // ------------------------------------------------------------------------------------------ exp

  private static final String[][] EXP_CONSTANTS = {
    {"magic", "MAGIC"},
    {"log2E", "LOG2_E"},
    {"minusLn2High", "-LN2_HI"},
    {"minusLn2Low", "-LN2_LO"},
    {"one", "1f"},
    {"c2", "C2"},
    {"c3", "C3"},
    {"c4", "C4"},
    {"c5", "C5"},
    {"c6", "C6"}
  };

  /**
   * The one spelling of exp: ExpPolynomial's steps from v to p, for several variables side by side,
   * which differ by their suffix. Constants are variables, declared by {@link #constants}, or made
   * where they are used, but for magic and one.
   */
  private static void exp(Source s, boolean hoisted, String... suffixes) {
    TreeMap<String, String> k = new TreeMap<>();
    for (String[] c : EXP_CONSTANTS) {
      boolean inPlace = !hoisted && !c[0].equals("one");
      k.put(c[0], inPlace ? "FloatVector.broadcast(F, " + c[1] + ")" : c[0]);
    }
    each(s, suffixes, "FloatVector biased# = v#.fma(" + k.get("log2E") + ", magic);");
    each(s, suffixes, "FloatVector n# = biased#.sub(magic);");
    each(
        s,
        suffixes,
        "FloatVector r# = n#.fma(" + k.get("minusLn2High") + ", v#);",
        "r# = n#.fma(" + k.get("minusLn2Low") + ", r#);");
    each(s, suffixes, "FloatVector p# = " + k.get("c6") + ".fma(r#, " + k.get("c5") + ");");
    for (String c : List.of("c4", "c3", "c2", "one", "one")) {
      each(s, suffixes, "p# = p#.fma(r#, " + k.get(c) + ");");
    }
    each(
        s,
        suffixes,
        "IntVector scale# = ((IntVector) biased#.convert(REINTERPRET_F2I, 0)).lanewise(LSHL, 23);",
        "p# = p#.mul((FloatVector) scale#.convert(REINTERPRET_I2F, 0));");
  }

  /** Before {@link #exp}: v, d or +0's exponent where exp(d) is no normal number. */
  private static void flush(Source s, String... suffixes) {
    each(s, suffixes, "FloatVector v# = d#.blend(FLUSHED, d#.compare(LT, FLUSH_BELOW));");
  }

  /** Before {@link #exp}: v clamped to the full range, whose 2ⁿ takes two factors. */
  private static void clamp(Source s, String magicPositive, String unscalePositive) {
    s.text(
        """
        VectorMask<Float> negative = v.compare(LT, 0f);
        VectorMask<Float> tooSmall = v.compare(LT, LEAST);
        VectorMask<Float> tooLarge = v.compare(GT, GREATEST);
        v = v.blend(LEAST, tooSmall).blend(GREATEST, tooLarge);
        """);
    s.line("FloatVector magic = %s.blend(MAGIC_NEGATIVE, negative);", magicPositive);
    s.line("FloatVector unscale = %s;", unscalePositive);
    s.line("unscale = unscale.blend(UNSCALE_NEGATIVE, negative);");
  }

  private static void constants(Source s, boolean magic) {
    for (String[] c : EXP_CONSTANTS) {
      if (magic || !c[0].equals("magic")) {
        s.line("FloatVector %s = FloatVector.broadcast(F, %s);", c[0], c[1]);
      }
    }
  }

  private static String vectorExp() {
    Source s =
        new Source(
            "VectorExp",
            "",
            """
            /**
             * exp of a vector; see {@link ExpPolynomial} for the steps. The same bits as the scalar code.
             *
             * <p>Each function is written out: a level of calls less, see {@code VectorLaneKernels}.
             */""");
    s.doc("exp(v) over the full range, at most 1 ULP, with gradual underflow.");
    s.method("public static FloatVector full", "FloatVector v");
    clamp(
        s,
        "FloatVector.broadcast(F, MAGIC_POSITIVE)",
        "FloatVector.broadcast(F, UNSCALE_POSITIVE)");
    s.line("FloatVector one = FloatVector.broadcast(F, 1f);");
    exp(s, false, "");
    s.line("return p.mul(unscale);");
    s.end();
    s.doc(
        """
        /**
         * exp(d) for the weights of softmax and attention: +0 below {@link ExpPolynomial#FLUSH_BELOW},
         * else the bits of {@link #full}. d is at most 88, or NaN, which gives NaN.
         */""");
    s.method("public static FloatVector flushed", "FloatVector d");
    s.line(
        "// Clamped before the polynomial: a blend after it would leave subnormals to be computed.");
    flush(s, "");
    normal(s);
    s.doc(
        "exp(v) where the result is a normal number: v in [FLUSH_BELOW, 88], or FLUSHED, or NaN.");
    s.method("public static FloatVector normal", "FloatVector v");
    normal(s);
    return s.finish();
  }

  private static void normal(Source s) {
    s.line("FloatVector magic = FloatVector.broadcast(F, MAGIC);");
    s.line("FloatVector one = FloatVector.broadcast(F, 1f);");
    exp(s, false, "");
    s.line("return p;");
    s.end();
  }

  private static final String[] FOUR = {"0", "1", "2", "3"};

  private static String expLoops() {
    Source s =
        new Source(
            "ExpLoops",
            """
            /** Ranges of a row are so many elements long, or a multiple of it. */
            public static final int STEP = 4 * L;

            /** Elements of the L/4 blocks whose lanes fill four accumulators. */
            public static final int SPAN = L / 4 * CHUNK;

            /**
             * The lanes of a leaf's blocks in the scratch array: four times 16 sums, then 16 moments each.
             */
            public static final int SUMS = RowReductions.SCRATCH_LANES;

            public static final int MOMENTS = SUMS + 4 * LANES;

            /** Keys of a panel's step; up to the next multiple of it, rows must hold -inf. */
            public static final int KEYS = 4;
            """,
            """
            /**
             * exp of runs, rows and panels. The steps of {@link VectorExp} are spelled out, in sums four times
             * side by side: these are compile roots, which call no method of ours (see {@code
             * VectorLaneKernels}). Where C2 pulled the short form into attention's loops, it ran into its node
             * limit there, stopped in the middle of a vector operation and boxed the rest (AllocationTest).
             *
             * <p><b>Rows.</b> The 16 virtual lanes of the sums of up to four blocks lie in the scratch array,
             * in the order that {@link RowReductions} describes, block by block, and not in registers: so a
             * row's last elements can be filled up to a whole step elsewhere and be added to what is there.
             *
             * <p><b>Panels.</b> One vector of rows, four keys at a time; the 16 virtual lanes of its sums lie
             * PANEL apart.
             */""");
    elementwise(s);
    rowWeights(s, false);
    rowWeights(s, true);
    span(s);
    panelWeights(s, false);
    panelWeights(s, true);
    return s.finish();
  }

  private static void elementwise(Source s) {
    String arguments = "float[] x, int xFrom, float[] y, int yFrom, int from, int to";
    String bounds =
        """
        assert (to - from) % L == 0 : from + " to " + to + " in vectors of " + L;
        assert xFrom >= 0 && xFrom + to <= x.length : to + " at " + xFrom + " of " + x.length;
        assert yFrom >= 0 && yFrom + to <= y.length : to + " at " + yFrom + " of " + y.length;
        """;
    s.doc(
        """
        /**
         * y = exp(x) in elements [from, i), and returns i: {@code to}, or where the first vector begins
         * that has a result which is not a normal number. The full function is not the other branch of
         * this loop: where that was rare, C2 made a call of it, and an object of every vector.
         */""");
    s.kernel("public static int normal", arguments);
    s.text(bounds);
    s.text(
        """
        assert x != y || xFrom == yFrom || Math.abs(xFrom - yFrom) >= to
            : to + " at " + xFrom + " and " + yFrom + " of one array";
        """);
    constants(s, true);
    s.text(
        """
        int i = from;
        for (; i < to; i += L) {
        FloatVector v = FloatVector.fromArray(F, x, xFrom + i);
        VectorMask<Float> normal = v.compare(GE, FLUSH_BELOW).and(v.compare(LE, GREATEST_NORMAL));
        if (!normal.allTrue()) {
        break;
        }
        """);
    exp(s, true, "");
    s.text(
        """
        p.intoArray(y, yFrom + i);
        }
        return i;
        """);
    s.end();
    s.doc("y = exp(x) in elements [from, to), whatever x.");
    s.kernel("public static void full", arguments);
    s.text(bounds);
    s.line("FloatVector magicPositive = FloatVector.broadcast(F, MAGIC_POSITIVE);");
    s.line("FloatVector unscalePositive = FloatVector.broadcast(F, UNSCALE_POSITIVE);");
    constants(s, false);
    s.line("for (int i = from; i < to; i += L) {");
    s.line("FloatVector v = FloatVector.fromArray(F, x, xFrom + i);");
    clamp(s, "magicPositive", "unscalePositive");
    exp(s, true, "");
    s.line("p.mul(unscale).intoArray(y, yFrom + i);");
    s.line("}");
    s.end();
  }

  private static void rowWeights(Source s, boolean moments) {
    s.doc(
        "y = exp(x - shift), and the lanes of the sums"
            + (moments ? " and of the moments Σ p·d." : "."));
    s.kernel(
        "public static void " + (moments ? "weightsAndMoments" : "weights"),
        "float[] x, int xRow, float[] y, int yRow, int from, int to, float shift, float[] scratch");
    s.text(
        """
        assert from % STEP == 0 && to % STEP == 0 : from + " to " + to + " is not in steps";
        assert xRow + from >= 0 && xRow + to <= x.length
            : "row " + xRow + ", " + from + " to " + to + " of " + x.length;
        assert yRow + from >= 0 && yRow + to <= y.length
            : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
        assert scratch.length >= RowReductions.SCRATCH : scratch.length;
        """);
    constants(s, true);
    s.line("for (int j = from; j < to; j += STEP) {");
    eachAt(s, "FloatVector d# = FloatVector.fromArray(F, x, @).sub(shift);", "xRow + j", "L");
    flush(s, FOUR);
    exp(s, true, FOUR);
    eachAt(s, "p#.intoArray(y, @);", "yRow + j", "L");
    s.line("int lanes = SUMS + j / CHUNK %% 4 * LANES;");
    addLanes(s, "sum", "lanes", "", ".add(p#)");
    if (moments) {
      s.line("int moments = lanes + MOMENTS - SUMS;");
      addLanes(s, "moment", "moments", "p#.fma(v#, ", ")");
    }
    s.line("}");
    s.end();
  }

  /** Adds p0 to p3 to the 16 lanes that lie in scratch: to one vector, to two, or to four. */
  private static void addLanes(Source s, String name, String at, String before, String after) {
    for (int vectors = 1; vectors <= 4; vectors *= 2) {
      if (vectors > 1) {
        s.line("} else {");
      }
      for (int v = vectors / 2; v < vectors; v++) {
        s.line(
            "FloatVector %s%d = FloatVector.fromArray(F, scratch, %s);", name, v, plus(at, v, "L"));
      }
      if (vectors < 4) {
        s.line("if (L == %d) {", 16 / vectors);
      }
      for (int v = 0; v < vectors; v++) {
        String sum = name + v;
        for (int i = v; i < 4; i += vectors) {
          sum = (before + "!" + after).replace("#", "" + i).replace("!", sum);
        }
        s.line("%s.intoArray(scratch, %s);", sum, plus(at, v, "L"));
      }
    }
    s.line("}");
    s.line("}");
  }

  private static void span(Source s) {
    s.doc(
        """
        /**
         * The weights of the L/4 whole blocks of a span: the four vectors of a step are of different
         * blocks where one holds all lanes, so that four chains of additions, in registers, run side by
         * side.
         */""");
    s.kernel(
        "public static void weightsOfSpan",
        "float[] x, int xAt, float[] y, int yAt, float shift, float[] scratch, int lanes");
    s.text(
        """
        assert xAt >= 0 && xAt + SPAN <= x.length : SPAN + " at " + xAt + " of " + x.length;
        assert yAt >= 0 && yAt + SPAN <= y.length : SPAN + " at " + yAt + " of " + y.length;
        """);
    constants(s, true);
    s.text(
        """
        int at1 = L == 16 ? CHUNK : L;
        int at2 = L == 16 ? 2 * CHUNK : L == 8 ? CHUNK : 2 * L;
        int at3 = at1 + at2;
        FloatVector acc0 = FloatVector.zero(F);
        FloatVector acc1 = acc0;
        FloatVector acc2 = acc0;
        FloatVector acc3 = acc0;
        for (int j = 0; j < CHUNK; j += LANES) {
        """);
    s.line("FloatVector d0 = FloatVector.fromArray(F, x, xAt + j).sub(shift);");
    each(
        s,
        new String[] {"1", "2", "3"},
        "FloatVector d# = FloatVector.fromArray(F, x, xAt + j + at#).sub(shift);");
    flush(s, FOUR);
    exp(s, true, FOUR);
    s.line("p0.intoArray(y, yAt + j);");
    each(s, new String[] {"1", "2", "3"}, "p#.intoArray(y, yAt + j + at#);");
    each(s, FOUR, "acc# = acc#.add(p#);");
    s.line("}");
    eachAt(s, "acc#.intoArray(scratch, @);", "lanes", "L");
    s.end();
  }

  private static void panelWeights(Source s, boolean moments) {
    s.doc(
        moments
            ? "/** As {@link #panelWeights}, and {@code Σ p·(s - m)} over p > 0 in another 16 lanes. */"
            : """
            /**
             * {@code s = exp(s - m)} in the rows of one vector, and the lanes of its sums.
             *
             * @param maximum where the node holds m; -inf counts as 0
             * @param sums the first of 16 lanes in {@code lanes}, PANEL apart
             */""");
    s.kernel(
        "public static void " + (moments ? "panelWeightsAndMoments" : "panelWeights"),
        "float[] s, int from, int keys, float[] node, int maximum, float[] lanes, int sums"
            + (moments ? ", int moments" : ""));
    s.line("FloatVector origin = FloatVector.fromArray(F, node, maximum);");
    s.line("origin = origin.blend(0f, origin.compare(EQ, Float.NEGATIVE_INFINITY));");
    constants(s, true);
    s.line("for (int k = 0; k < keys; k += KEYS) {");
    s.line("int at0 = from + k * PANEL;");
    each(s, new String[] {"1", "2", "3"}, "int at# = from + (k + #) * PANEL;");
    each(s, FOUR, "FloatVector d# = FloatVector.fromArray(F, s, at#).sub(origin);");
    flush(s, FOUR);
    exp(s, true, FOUR);
    each(s, FOUR, "p#.intoArray(s, at#);");
    s.line("int sum = sums + k %% LANES * PANEL;");
    eachAt(s, "FloatVector.fromArray(F, lanes, @).add(p#).intoArray(lanes, @);", "sum", "PANEL");
    if (moments) {
      s.line("int moment = moments + k %% LANES * PANEL;");
      eachAt(s, "FloatVector t# = FloatVector.fromArray(F, lanes, @);", "moment", "PANEL");
      eachAt(
          s,
          "t#.blend(p#.fma(d#, t#), p#.compare(GT, 0f)).intoArray(lanes, @);",
          "moment",
          "PANEL");
    }
    s.line("}");
    s.end();
  }

  /** The lines for each suffix in the place of #. */
  private static void each(Source s, String[] suffixes, String... lines) {
    for (String suffix : suffixes) {
      for (String line : lines) {
        s.text(line.replace("#", suffix));
      }
    }
  }

  /** A line for each of four, with its place, so many units apart, for @. */
  private static void eachAt(Source s, String line, String from, String unit) {
    for (int i = 0; i < 4; i++) {
      s.text(line.replace("#", "" + i).replace("@", plus(from, i, unit)));
    }
  }

  /** from + n·unit. */
  private static String plus(String from, int n, String unit) {
    return n == 0 ? from : from + " + " + (n == 1 ? "" : n + " * ") + unit;
  }

  private static String plus(String from, int n) {
    return n == 0 ? from : from + " + " + n;
  }

  /** A class, its lines indented by their braces as google-java-format does it. */
  private static final class Source {
    private static final String HEADER =
        "// Generated by kernel/src/build/GenerateKernels.java; do not edit.\n";
    private static final String PACKAGE = "package " + ROOM.replace('/', '.') + ";\n";
    private static final int MOST_COLUMNS = 100;

    /** What a class imports, and what it declares, where the name occurs in its code. */
    private static final String[] IMPORTS = {
      "static io.github.lanewise.internal.kernel.Arithmetic: CHUNK LANES",
      "static io.github.lanewise.internal.kernel.ExpPolynomial: C2 C3 C4 C5 C6 FLUSHED FLUSH_BELOW GREATEST"
          + " GREATEST_NORMAL LEAST LN2_HI LN2_LO LOG2_E MAGIC MAGIC_NEGATIVE MAGIC_POSITIVE"
          + " UNSCALE_NEGATIVE UNSCALE_POSITIVE",
      "static io.github.lanewise.internal.kernel.TileKernels: GROUP PANEL",
      "static jdk.incubator.vector.VectorOperators: B2F EQ GE GT LE LSHL LT REINTERPRET_F2I"
          + " REINTERPRET_I2F S2I ZERO_EXTEND_S2I",
      "io.github.lanewise.internal.kernel: ExpPolynomial Practice RowReductions",
      "io.github.lanewise.internal.vector: LaneSpecies",
      "jdk.incubator.vector: ByteVector FloatVector IntVector ShortVector VectorMask VectorSpecies"
    };

    private static final String[] FIELDS = {
      "VectorSpecies<Float> F = LaneSpecies.FLOATS;",
      "VectorSpecies<Integer> I = LaneSpecies.INTS;",
      "VectorSpecies<Short> S = LaneSpecies.SHORTS;",
      "VectorSpecies<Byte> B = LaneSpecies.BYTES;",
      "int L = LaneSpecies.LENGTH;"
    };

    private final String name;
    private final String doc;
    private final StringBuilder body = new StringBuilder();
    private int depth = 1;

    Source(String name, String constants, String doc) {
      this.name = name;
      this.doc = doc;
      text(constants);
      text((constants.isEmpty() ? "" : "\n") + "private " + name + "() {}");
    }

    /** The lines as they are. */
    void text(String lines) {
      for (String line : lines.lines().toList()) {
        depth -= line.startsWith("}") ? 1 : 0;
        body.append(line.isEmpty() ? "" : "  ".repeat(depth)).append(line).append('\n');
        depth += line.endsWith("{") ? 1 : 0;
      }
    }

    void line(String format, Object... arguments) {
      text(String.format(format, arguments));
    }

    /** A member's Javadoc: a sentence, or the whole comment. */
    void doc(String text) {
      text("\n" + (text.startsWith("/**") ? text : "/** " + text + " */"));
    }

    void method(String signature, String parameters) {
      String all = signature + "(" + parameters + ") {";
      if (2 + all.length() > MOST_COLUMNS) {
        boolean oneLine = 6 + parameters.length() + 3 <= MOST_COLUMNS;
        body.append("  ").append(signature).append("(\n      ");
        body.append(oneLine ? parameters : parameters.replace(", ", ",\n      "));
        body.append(") {\n");
        depth++;
      } else {
        text(all);
      }
    }

    /** A method that the trial practises. */
    void kernel(String signature, String parameters) {
      method(signature, parameters);
      text("for (int round = Practice.rounds; round > 0; round--) {}");
    }

    void end() {
      text("}");
    }

    private static boolean occurs(String word, String text) {
      return Pattern.compile("(?m)^(?! *(/?\\*|//)).*(?<![\\w.\"])" + word + "\\b")
          .matcher(text)
          .find();
    }

    String finish() {
      StringBuilder fields = new StringBuilder();
      for (String field : FIELDS) {
        if (occurs(field.replaceAll(".*(\\w) = .*", "$1"), body.toString())) {
          fields.append("  private static final ").append(field).append('\n');
        }
      }
      String head = doc + "\npublic final class " + name + " {\n" + fields + "\n";
      String code = head + body + "}\n";
      TreeSet<String> statics = new TreeSet<>();
      TreeSet<String> classes = new TreeSet<>();
      for (String line : IMPORTS) {
        String from = line.substring(0, line.indexOf(':'));
        boolean isStatic = from.startsWith("static ");
        for (String word : line.substring(from.length() + 2).split(" ")) {
          if (isStatic ? occurs(word, code) : code.matches("(?s).*\\b" + word + "\\b.*")) {
            (isStatic ? statics : classes).add("import " + from + "." + word + ";\n");
          }
        }
      }
      return HEADER
          + PACKAGE
          + "\n"
          + String.join("", statics)
          + (statics.isEmpty() ? "" : "\n")
          + String.join("", classes)
          + "\n"
          + code;
    }

    static String packageInfo() {
      return HEADER
          + "/** What is spelled out of vector kernels. */\n@NullMarked\n"
          + PACKAGE
          + "\nimport org.jspecify.annotations.NullMarked;\n";
    }
  }
}
