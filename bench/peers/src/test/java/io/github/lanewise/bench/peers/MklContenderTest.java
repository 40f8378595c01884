package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
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
        map(Operation.EXP, 1000),
        product(Operation.QK, 33, 65, 17),
        product(Operation.PV, 33, 17, 65),
        product(Operation.QK, 256, 256, 64).withThreads(2));
  }
}
