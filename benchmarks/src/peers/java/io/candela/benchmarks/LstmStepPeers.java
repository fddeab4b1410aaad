package io.candela.benchmarks;

import io.candela.benchmarks.peers.LibTorchLstm;
import org.openjdk.jmh.annotations.Benchmark;

/** The peers of {@link LstmStep}. */
abstract class LstmStepPeers {
    @Benchmark
    public void libtorch(LibTorchLstm net) {
        net.step();
    }
}
