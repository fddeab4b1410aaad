package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlOps;
import io.candela.benchmarks.peers.LibTorchOps;
import io.candela.benchmarks.peers.Nd4jOps;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link Matmul}. */
abstract class MatmulPeers {
    @Benchmark
    public void libtorch(LibTorchOps.Square ops) {
        ops.run(TinyOp.Kind.MATMUL).close();
    }

    @Benchmark
    public void djl(DjlOps.Square ops) {
        ops.run(TinyOp.Kind.MATMUL).close();
    }

    @Benchmark
    public INDArray nd4j(Nd4jOps.Square ops) {
        return ops.run(TinyOp.Kind.MATMUL);
    }
}
