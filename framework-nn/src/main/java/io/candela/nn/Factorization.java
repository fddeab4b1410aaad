package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * A parametrization that computes a tensor from several originals, such as a matrix of low rank from two factors. It is the first, or only,
 * parametrization of its tensor; those after it are {@link Layer}s.
 *
 * <pre>{@code
 * final class LowRank extends Factorization {
 *     @Override public Tensor forward(Tensor... originals) { return originals[0].matmul(originals[1]); }
 *     @Override public Tensor[] rightInverse(Tensor value) { ... }
 * }
 * }</pre>
 */
public abstract class Factorization extends Module {
    /** The tensor that the originals stand for; they come in the order in which {@link #rightInverse} gave them. */
    public abstract Tensor forward(Tensor... originals);

    /**
     * Originals for a value, always equally many. Runs without recording gradients.
     *
     * @param value not to be changed; may be among the results
     */
    public abstract Tensor[] rightInverse(Tensor value);
}
