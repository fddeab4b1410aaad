package io.candela.benchmarks;

import io.candela.io.data.Batch;
import io.candela.io.data.DataLoader;
import io.candela.io.data.Dataset;
import io.candela.io.data.Sample;
import io.candela.io.data.TensorDataset;
import io.candela.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Batches of 64 pictures of 8 by 8, in a new order each epoch. The time is that of one batch, its share of the epoch's beginning included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoaderEpoch {
    private static final int PICTURES = 1408;
    private static final int BATCH = 64;

    /** Whether the pictures are all that there are, or a part as {@code randomSplit} gives it. */
    @Param({"false", "true"})
    public boolean split;

    private DataLoader<Batch> loader;

    @Setup
    public void setUp() {
        int all = split ? PICTURES * 5 / 4 : PICTURES;
        Tensor pictures = Tensor.of(Workload.numbers(all * 64, 1, 1), all, 1, 8, 8);
        Tensor digits = Tensor.of(IntStream.range(0, all).mapToLong(i -> i % 10).toArray());
        Dataset<Sample> data = new TensorDataset(pictures, digits);
        loader = DataLoader.of(split ? data.randomSplit(PICTURES, all - PICTURES).get(0) : data,
                DataLoader.options().batchSize(BATCH).shuffle(true));
    }

    @Benchmark
    @OperationsPerInvocation(PICTURES / BATCH)
    public void candela(Blackhole hole) {
        for (Batch batch : loader) {
            hole.consume(batch.input());
            hole.consume(batch.target());
        }
    }
}
