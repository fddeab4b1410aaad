package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlNet;
import io.candela.benchmarks.peers.Dl4jNet;
import io.candela.benchmarks.peers.LibTorchNet;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link IrisStep}. */
abstract class IrisStepPeers {
    @Benchmark
    public void libtorch(LibTorchNet.Iris net) {
        net.step();
    }

    @Benchmark
    public void djl(DjlNet.Iris net) {
        net.step();
    }

    @Benchmark
    public void dl4j(Dl4jNet.Iris net) {
        net.step();
    }
}
