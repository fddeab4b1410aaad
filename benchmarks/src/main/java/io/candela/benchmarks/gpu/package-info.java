/** Timings on a GPU, for {@code tools/gpu/bundle.sh}. */
package io.candela.benchmarks.gpu;
