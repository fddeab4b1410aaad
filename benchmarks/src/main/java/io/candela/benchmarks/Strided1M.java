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

/** Operands that do not lie in the order of the result: a transposed 1000x1000 matrix, and every second column of one. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Strided1M extends Strided1MPeers {
    /** The result goes back to the pool at once, as the peers' results are closed. */
    @Benchmark
    public void candela(LargeOp.Strided op, CandelaLarge ops, Blackhole hole) {
        try (var scope = TensorScope.open()) {
            hole.consume(ops.run(op.kind));
        }
    }

    /** The result is left to the garbage collector. */
    @Benchmark
    public Tensor candelaUnscoped(LargeOp.Strided op, CandelaLarge ops) {
        return ops.run(op.kind);
    }
}
