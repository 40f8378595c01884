package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Questions;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;

/** What {@link PeerTests} does in a process of its own. */
final class PeerProgram {
  private PeerProgram() {}

  public static void main(String[] args) throws Exception {
    Contender contender =
        Class.forName(args[0]).asSubclass(Contender.class).getDeclaredConstructor().newInstance();
    if (args[1].equals("ask")) {
      int answered = 0;
      for (Question question : Questions.all()) {
        answered += contender.answers(question) ? 1 : 0;
      }
      System.out.println(contender.name() + ", " + contender.description());
      System.out.println("options " + contender.jvmArguments() + ", answered " + answered);
      System.out.println("loaded " + new TreeSet<>(Loader.getLoadedLibraries().keySet()));
      return;
    }
    Question question = Question.of("qk 2x3x4");
    try (Contender.Run run = contender.prepare(question, QuestionData.of(question))) {
      run.run();
      System.out.println("it ran");
    } catch (LinkageError e) {
      System.out.println(e.getMessage());
    }
  }
}
