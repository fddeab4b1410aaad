package io.candela.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Which of the {@link TinyOps}. */
@State(Scope.Benchmark)
public class TinyOp {
    public enum Kind { ADD, MUL, RELU, MATMUL }

    @Param
    public Kind kind;
}
