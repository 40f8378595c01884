package io.github.lanewise.testing;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Bytes of all arrays of primitives that an object of this library holds on to, whether its own or
 * somebody else's. References of the JDK's classes, soft ones for instance, are not followed.
 */
public final class Footprint {
  private static final String LIBRARY = "io.github.lanewise.";

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> open = new ArrayDeque<>();
  private long bytes;

  private Footprint() {}

  /** Returns the bytes of the arrays that can be reached from an object. */
  public static long of(Object root) {
    return of(root, new Object());
  }

  /** As {@link #of(Object)}, without what is reached through {@code left}. */
  public static long of(Object root, Object left) {
    Footprint footprint = new Footprint();
    footprint.seen.add(left);
    footprint.visit(root);
    while (!footprint.open.isEmpty()) {
      footprint.lookInto(footprint.open.pop());
    }
    return footprint.bytes;
  }

  /** Returns the first object of a class that can be reached from an object. */
  public static <T> T find(Object root, Class<T> type) {
    Footprint footprint = new Footprint();
    footprint.visit(root);
    while (!footprint.open.isEmpty()) {
      Object object = footprint.open.pop();
      if (type.isInstance(object)) {
        return type.cast(object);
      }
      footprint.lookInto(object);
    }
    throw new AssertionError("no " + type + " in " + root);
  }

  private void visit(Object object) {
    if (seen.add(object)) {
      open.push(object);
    }
  }

  private void lookInto(Object object) {
    Class<?> type = object.getClass();
    if (type.isArray()) {
      lookIntoArray(object, type.getComponentType());
      return;
    }
    for (Class<?> c = type; c != null && c.getName().startsWith(LIBRARY); c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          visitField(object, field);
        }
      }
    }
  }

  private void visitField(Object object, Field field) {
    try {
      field.setAccessible(true);
      Object value = field.get(object);
      if (value != null) {
        visit(value);
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private void lookIntoArray(Object array, Class<?> component) {
    int length = Array.getLength(array);
    if (component.isPrimitive()) {
      bytes += (long) length * width(component);
      return;
    }
    for (int j = 0; j < length; j++) {
      Object element = Array.get(array, j);
      if (element != null) {
        visit(element);
      }
    }
  }

  private static int width(Class<?> primitive) {
    if (primitive == long.class || primitive == double.class) {
      return Long.BYTES;
    }
    if (primitive == int.class || primitive == float.class) {
      return Integer.BYTES;
    }
    return primitive == short.class || primitive == char.class ? Short.BYTES : 1;
  }
}
