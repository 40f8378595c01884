package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import java.util.List;

final class PyTorchContenderTest extends PeerTests {
  @Override
  Contender contender() {
    return new PyTorchContender();
  }

  @Override
  List<Question> questions() {
    return List.of(
        map(Operation.EXP, 1000),
        map(Operation.SUM, 1000),
        map(Operation.MAX, 1000),
        map(Operation.DIVIDE, 1000),
        product(Operation.QK, 33, 65, 17),
        product(Operation.PV, 33, 17, 65),
        softmax(Variant.PLAIN, 7, 133),
        softmax(Variant.LOGARITHMIC, 7, 133),
        attention(Variant.PLAIN, 1, 2, 2, 50),
        attention(Variant.CAUSAL, 2, 4, 2, 50),
        attention(Variant.WINDOW, 1, 2, 1, 300),
        attention(Variant.RAGGED, 3, 2, 2, 50),
        attention(Variant.CAUSAL, 1, 8, 8, 256).withThreads(2));
  }
}
