package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchLarge;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link Pointwise1M}. */
abstract class Pointwise1MPeers {
    @Benchmark
    public void libtorch(LargeOp.Pointwise op, LibTorchLarge ops) {
        ops.run(op.kind).close();
    }
}
