package io.github.lanewise.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * A test method that is a {@link Property}: called once for each of so many inputs. It takes the
 * {@link Draw} of one input, then the {@link Accuracy} of all of them, which is printed at the end.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@Tag(Property.TAG)
@ExtendWith(Cases.Runner.class)
public @interface Cases {
  /** Inputs at most. */
  int value();

  /** What the seed of the inputs depends on: by default the method's name. */
  String name() default "";

  /** Calls the method again and again, instead of once. */
  final class Runner implements ParameterResolver, InvocationInterceptor {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      Class<?> type = parameter.getParameter().getType();
      return type == Draw.class || type == Accuracy.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter
          .findAnnotation(Accuracy.Of.class)
          .<Object>map(of -> new Accuracy(of.value()))
          .orElseGet(() -> Draw.replaying(List.of())); // each call gets another
    }

    @Override
    public void interceptTestMethod(
        Invocation<Void> once, ReflectiveInvocationContext<Method> call, ExtensionContext context) {
      once.skip();
      Method method = call.getExecutable();
      Object test = call.getTarget().orElseThrow();
      Object[] arguments = call.getArguments().toArray();
      Cases cases = method.getAnnotation(Cases.class);
      String name = cases.name().isEmpty() ? method.getName() : cases.name();
      Property.check(
          method.getDeclaringClass(),
          name,
          cases.value(),
          draw -> {
            arguments[0] = draw;
            ReflectionSupport.invokeMethod(method, test, arguments);
          });
      for (Object argument : arguments) {
        if (argument instanceof Accuracy accuracy) {
          accuracy.print();
        }
      }
    }
  }
}
