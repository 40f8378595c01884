/** The demo: a real transformer on Lanewise, checked against ONNX Runtime and the oracle. */
@NullMarked
package io.github.lanewise.bench.demo;

import org.jspecify.annotations.NullMarked;
