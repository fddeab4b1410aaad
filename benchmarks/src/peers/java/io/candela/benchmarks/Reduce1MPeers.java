package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchLarge;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link Reduce1M}. */
abstract class Reduce1MPeers {
    @Benchmark
    public void libtorch(LargeOp.Reduce op, LibTorchLarge ops) {
        ops.run(op.kind).close();
    }
}
