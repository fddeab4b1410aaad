package io.candela.benchmarks.peers;

import io.candela.benchmarks.TinyOp;

/** Single ops on {@link io.candela.benchmarks.Operands} in the hands of a peer. */
public interface PeerOps {
    /** The result, row by row. */
    float[] values(TinyOp.Kind op);
}
