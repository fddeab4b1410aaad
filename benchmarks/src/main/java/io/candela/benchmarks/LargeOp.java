package io.candela.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Which op on a million elements of float32: of {@link Pointwise1M}, {@link Reduce1M} or {@link Strided1M}. */
public final class LargeOp {
    /** Rows and columns. */
    public static final int SIDE = 1000;

    private LargeOp() {}

    /** Which of {@link Pointwise1M}. */
    @State(Scope.Benchmark)
    public static class Pointwise {
        public enum Kind {
            ADD, MUL, DIV, ADD_NUMBER, MAXIMUM, WHERE, GT, NEG, ABS, FLOOR, EXP, EXPM1, LOG, LOG1P, SQRT, RSQRT, SIGMOID, TANH, SIN, ERF, RELU, GELU,
            SILU, LOG_SIGMOID, HARDSWISH
        }

        @Param
        public Kind kind;
    }

    /** Which of {@link Reduce1M}: of everything, along the last dimension or along the first. */
    @State(Scope.Benchmark)
    public static class Reduce {
        public enum Kind { SUM, SUM_LAST, SUM_FIRST, MEAN, VAR, MAX, AMAX_LAST, AMAX_FIRST, ARGMAX_LAST, CUMSUM_LAST, SOFTMAX_LAST, SOFTMAX_FIRST }

        @Param
        public Kind kind;
    }

    /** Which of {@link Strided1M}: of a transposed matrix, or of every second column of one. */
    @State(Scope.Benchmark)
    public static class Strided {
        public enum Kind { TRANSPOSED_COPY, TRANSPOSED_RELU, TRANSPOSED_EXP, TRANSPOSED_ADD, TRANSPOSED_SUM, SKIPPING_COPY, SKIPPING_EXP, SKIPPING_ADD }

        @Param
        public Kind kind;
    }
}
