package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlNet;
import io.candela.benchmarks.peers.Dl4jNet;
import io.candela.benchmarks.peers.LibTorchNet;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link MlpStep}. */
abstract class MlpStepPeers {
    @Benchmark
    public void libtorch(LibTorchNet.Mlp net) {
        net.step();
    }

    @Benchmark
    public void djl(DjlNet.Mlp net) {
        net.step();
    }

    @Benchmark
    public void dl4j(Dl4jNet.Mlp net) {
        net.step();
    }
}
