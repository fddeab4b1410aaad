package io.candela.benchmarks.peers;

/** A {@link io.candela.benchmarks.Workload} in the hands of a peer. */
public interface PeerNet {
    /** zeroGrad, forward, loss, backward, Adam step. */
    void step();

    /** Forward without gradient, the peer's cheapest way. */
    void infer();

    /** Loss on the batch with the parameters as they are. */
    double lossNow();
}
