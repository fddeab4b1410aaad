package io.candela.benchmarks;

import io.candela.benchmarks.peers.DjlImages;
import io.candela.benchmarks.peers.LibTorchImages;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link ResNet18Step}. */
abstract class ResNet18StepPeers {
    @Benchmark
    public void libtorch(LibTorchImages.ResNet18 net) {
        net.step();
    }

    @Benchmark
    public void libtorchChannelsLast(LibTorchImages.ResNet18ChannelsLast net) {
        net.step();
    }

    @Benchmark
    public void djl(DjlImages.ResNet18 net) {
        net.step();
    }
}
