package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import java.util.List;

final class PyTorchContenderTest extends PeerTests {
  @Override
  Contender contender() {
    return new PyTorchContender();
  }

  @Override
  List<Question> questions() {
    return List.of(
        Question.of("exp 1000"),
        Question.of("sum 1000"),
        Question.of("max 1000"),
        Question.of("divide 1000"),
        Question.of("qk 33x65x17"),
        Question.of("pv 33x17x65"),
        Question.of("softmax 7x133"),
        Question.of("softmax 7x133 log"),
        Question.of("attention 2 50x24"),
        Question.of("attention 2x4:2 50x24 causal"),
        Question.of("attention 2:1 300x24 window"),
        Question.of("attention 3x2 50x24 ragged"),
        Question.of("attention 8 256x24 causal, 2 threads"));
  }
}
