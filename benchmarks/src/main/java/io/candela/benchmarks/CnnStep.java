package io.candela.benchmarks;

import io.candela.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One training step of the {@link ImageWork.Net#CNN tutorial's network}: zeroGrad, forward, loss, backward, SGD step with momentum. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class CnnStep extends CnnStepPeers {
    @Benchmark
    public Tensor candela(CandelaImages.Cnn net) {
        return net.step();
    }
}
