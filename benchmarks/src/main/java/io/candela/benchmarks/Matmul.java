package io.candela.benchmarks;

import io.candela.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** {@link Operands#SQUARE 1024x1024} by the same, with a fresh result. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class Matmul extends MatmulPeers {
    @Benchmark
    public Tensor candela(CandelaOps.Square operands) {
        return operands.run();
    }

    /** The floor: the cached primitive and nothing else, into memory it has written before. */
    @Benchmark
    public Pointer onednn(OneDnnMatmul state) {
        return state.run();
    }
}
