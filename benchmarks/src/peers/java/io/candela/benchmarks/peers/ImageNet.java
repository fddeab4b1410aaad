package io.candela.benchmarks.peers;

/** An {@link io.candela.benchmarks.ImageWork} in the hands of a peer. */
public interface ImageNet extends PeerNet {
    /** Loss in evaluation mode. */
    double evaluatedLoss();
}
