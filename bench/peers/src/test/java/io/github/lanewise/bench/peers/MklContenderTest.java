package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import java.util.List;

final class MklContenderTest extends PeerTests {
  @Override
  Contender contender() {
    return new MklContender();
  }

  @Override
  List<Question> questions() {
    return List.of(
        Question.of("exp 1000"),
        Question.of("qk 33x65x17"),
        Question.of("pv 33x17x65"),
        Question.of("qk 256x256x64, 2 threads"));
  }
}
