package io.candela.benchmarks.peers;

/** A network in the hands of a peer. */
public interface PeerNet {
    /** zeroGrad, forward, loss, backward, optimizer step. */
    void step();

    /** Forward without gradient, the peer's cheapest way. */
    void infer();

    /** Loss on the batch with the parameters as they are. */
    double lossNow();
}
