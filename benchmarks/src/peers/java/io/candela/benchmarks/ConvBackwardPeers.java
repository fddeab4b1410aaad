package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchConv;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link ConvBackward}. */
abstract class ConvBackwardPeers {
    @Benchmark
    public void libtorch(LibTorchConv.Plain conv) {
        conv.backward();
    }

    @Benchmark
    public void libtorchChannelsLast(LibTorchConv.ChannelsLast conv) {
        conv.backward();
    }
}
