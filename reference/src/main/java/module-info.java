/**
 * The scalar oracle: every operation of the kernel once more, in double precision, one formula
 * after the other.
 */
@SuppressWarnings("requires-automatic") // Commons Math 3 has no module descriptor
module io.github.lanewise.reference {
  requires commons.math3;
  requires static org.jspecify;

  exports io.github.lanewise.reference;
}
