/** all-MiniLM-L6-v2 three times: on Lanewise, in plain double loops, and in ONNX Runtime. */
@NullMarked
package io.github.lanewise.bench.demo.minilm;

import org.jspecify.annotations.NullMarked;
