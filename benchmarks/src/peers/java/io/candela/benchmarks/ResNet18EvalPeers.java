package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlImages;
import io.candela.benchmarks.peers.LibTorchImages;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link ResNet18Eval}. */
abstract class ResNet18EvalPeers {
    @Benchmark
    public void libtorch(LibTorchImages.Eval net) {
        net.infer();
    }

    @Benchmark
    public void libtorchChannelsLast(LibTorchImages.EvalChannelsLast net) {
        net.infer();
    }

    @Benchmark
    public void djl(DjlImages.Eval net) {
        net.infer();
    }
}
