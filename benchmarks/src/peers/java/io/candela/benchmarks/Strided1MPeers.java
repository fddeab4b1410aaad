package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchLarge;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link Strided1M}. */
abstract class Strided1MPeers {
    @Benchmark
    public void libtorch(LargeOp.Strided op, LibTorchLarge ops) {
        ops.run(op.kind).close();
    }
}
