package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlOps;
import io.candela.benchmarks.peers.LibTorchOps;
import io.candela.benchmarks.peers.Nd4jOps;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link TinyOps}. */
abstract class TinyOpsPeers {
    @Benchmark
    public void libtorch(TinyOp op, LibTorchOps.Tiny ops) {
        ops.run(op.kind).close();
    }

    @Benchmark
    public void djl(TinyOp op, DjlOps.Tiny ops) {
        ops.run(op.kind).close();
    }

    @Benchmark
    public INDArray nd4j(TinyOp op, Nd4jOps.Tiny ops) {
        return ops.run(op.kind);
    }
}
