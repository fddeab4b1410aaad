package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlImages;
import io.candela.benchmarks.peers.Dl4jImages;
import io.candela.benchmarks.peers.LibTorchImages;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link CnnStep}. */
abstract class CnnStepPeers {
    @Benchmark
    public void libtorch(LibTorchImages.Cnn net) {
        net.step();
    }

    @Benchmark
    public void djl(DjlImages.Cnn net) {
        net.step();
    }

    @Benchmark
    public void dl4j(Dl4jImages.Cnn net) {
        net.step();
    }
}
