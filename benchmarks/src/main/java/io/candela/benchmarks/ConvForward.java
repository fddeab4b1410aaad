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

/** The convolution of {@link ConvWork}, without gradient and with a fresh result. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ConvForward extends ConvForwardPeers {
    @Benchmark
    public Tensor candela(CandelaConv.Plain conv) {
        return conv.forward();
    }

    @Benchmark
    public Tensor candelaChannelsLast(CandelaConv.ChannelsLast conv) {
        return conv.forward();
    }

    /** The floor: cached primitives and nothing else, in the layouts that oneDNN prefers, into memory they have written before. */
    @Benchmark
    public Pointer onednn(OneDnnConv conv) {
        return conv.forward();
    }
}
