package io.candela.benchmarks.peers;

/** A network that JMH has built for a trial. */
public abstract class PeerTrial {
    private PeerNet net;

    final void use(PeerNet built) {
        net = built;
    }

    public final void step() {
        net.step();
    }

    public final void infer() {
        net.infer();
    }
}
