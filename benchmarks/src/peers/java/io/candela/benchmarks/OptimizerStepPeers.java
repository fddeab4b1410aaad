package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchSteps;
import org.openjdk.jmh.annotations.Benchmark;

/** The peer of {@link OptimizerStep}. */
abstract class OptimizerStepPeers {
    @Benchmark
    public void libtorch(LibTorchSteps work) {
        work.step();
    }
}
