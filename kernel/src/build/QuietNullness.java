import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the annotations of packages invisible to reflection. Compilers (Kotlin's, Error Prone) and
 * IDEs read both kinds; {@code jdeps} takes a visible one for a dependency, and then fails where
 * JSpecify is absent, as it is for whoever uses the library. Run by the build: {@code java
 * QuietNullness.java classes-directory}.
 */
final class QuietNullness {
  private QuietNullness() {}

  public static void main(String[] arguments) throws IOException {
    List<Path> packages;
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      packages = files.filter(file -> file.endsWith("package-info.class")).toList();
    }
    for (Path file : packages) {
      Files.write(file, quiet(ClassFile.of(), file));
    }
  }

  private static byte[] quiet(ClassFile format, Path file) throws IOException {
    ClassModel model = format.parse(file);
    return format.transformClass(
        model,
        (builder, element) -> {
          if (element instanceof RuntimeVisibleAnnotationsAttribute visible) {
            builder.with(RuntimeInvisibleAnnotationsAttribute.of(visible.annotations()));
          } else {
            builder.with(element);
          }
        });
  }
}
