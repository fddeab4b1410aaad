package io.candela.backend;

import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;

/** Fused kernels that layers and losses use; each has a plain form in tensor methods, with which it is tested. */
public interface NnKernels {
    /** Softmax, or its logarithm, over the last dimension. */
    void softmax(Tensor x, boolean logarithm, Tensor out);

    /** Gradient of {@link #softmax} from its result {@code y} and the result's gradient {@code g}. */
    void softmaxGrad(Tensor g, Tensor y, boolean logarithm, Tensor out);

    /**
     * Picks {@code −weight[target[i]] · logp[i][target[i]]} for rows {@code (rows, classes)}; 0 where {@code target[i] == ignoreIndex}.
     *
     * @param weight one per class, or null
     * @return the sum of the weights of the rows that count
     * @throws io.candela.tensor.ShapeException for a target that is neither a class nor {@code ignoreIndex}; nothing was written
     */
    double nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Tensor out);

    /** Writes the gradient of {@link #nllLoss}: {@code −weight · g[i] · scale} at each target, 0 elsewhere; {@code g} broadcasts to the rows. */
    void nllLossGrad(Tensor g, Tensor target, Tensor weight, long ignoreIndex, double scale, Tensor out);

    /** Fills {@code out} with independent numbers. */
    void random(Distribution distribution, double first, double second, Generator generator, Tensor out);

    /** What {@link #random} draws, with the meaning of its two parameters. */
    enum Distribution {
        /** From first to second, second excluded. */ UNIFORM,
        /** Mean first, standard deviation second. */ NORMAL,
        /** 1 with probability first, else 0. */ BERNOULLI,
        /** Integers from first to second, second excluded. */ INTEGER
    }
}
