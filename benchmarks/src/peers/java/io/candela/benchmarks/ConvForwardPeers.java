package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchConv;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link ConvForward}. */
abstract class ConvForwardPeers {
    @Benchmark
    public void libtorch(LibTorchConv.Plain conv) {
        conv.forward();
    }

    @Benchmark
    public void libtorchChannelsLast(LibTorchConv.ChannelsLast conv) {
        conv.forward();
    }
}
