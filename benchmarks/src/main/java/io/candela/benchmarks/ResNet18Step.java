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

/** One training step of {@link ImageWork.Net#RESNET18} on 16 images: zeroGrad, forward, loss, backward, SGD step with momentum. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ResNet18Step extends ResNet18StepPeers {
    @Benchmark
    public Tensor candela(CandelaImages.ResNet18 net) {
        return net.step();
    }
}
