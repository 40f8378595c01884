package io.github.lanewise.bench.gate;

/**
 * One operation on small data, which stays in the caches.
 *
 * @param name of the operation and its shape
 * @param steps multiply-adds that scalar code would need for a call, roughly: a scale, on which
 *     ratios are of a readable size; nothing else depends on it
 * @param call does the work once
 */
record Work(String name, double steps, Runnable call) {}
