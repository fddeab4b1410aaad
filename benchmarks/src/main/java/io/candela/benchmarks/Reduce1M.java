package io.candela.benchmarks;

import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Reductions of 1000x1000 elements. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Reduce1M extends Reduce1MPeers {
    /** The result goes back to the pool at once, as the peers' results are closed. */
    @Benchmark
    public void candela(LargeOp.Reduce op, CandelaLarge ops, Blackhole hole) {
        try (var scope = TensorScope.open()) {
            hole.consume(ops.run(op.kind));
        }
    }

    /** The result is left to the garbage collector. */
    @Benchmark
    public Tensor candelaUnscoped(LargeOp.Reduce op, CandelaLarge ops) {
        return ops.run(op.kind);
    }
}
