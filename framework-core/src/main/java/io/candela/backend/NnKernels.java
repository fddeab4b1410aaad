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
     * @param weight      one per class, or null for 1 each
     * @param losses      takes one loss per row; null to take their sum or mean only
     * @param sum         if {@code losses} is null: 0-d, takes the sum, or with {@code mean} the sum divided by the total weight
     * @param totalWeight 0-d, takes the sum of the weights of the rows that count
     * @throws io.candela.tensor.ShapeException for a target that is neither a class nor {@code ignoreIndex}; nothing was written
     */
    void nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Tensor losses, Tensor sum, boolean mean, Tensor totalWeight);

    /**
     * Writes the gradient of {@link #nllLoss}: {@code −weight · g[i] / divisor} at each target, 0 elsewhere.
     *
     * @param g       broadcasts to the rows
     * @param divisor 0-d, or null for 1
     */
    void nllLossGrad(Tensor g, Tensor target, Tensor weight, long ignoreIndex, Tensor divisor, Tensor out);

    /**
     * Fills {@code out} with independent numbers.
     *
     * @param generator of the device, or of the CPU: then the CPU's numbers
     * @throws io.candela.tensor.DeviceException for a generator of another GPU
     */
    void random(Distribution distribution, double first, double second, Generator generator, Tensor out);

    /** Whether there are {@link #dropout} and its gradient. */
    default boolean hasDropout() {
        return false;
    }

    /**
     * Sets each element of {@code out} to that of {@code x} divided by {@code keep} with probability {@code keep}, else to 0, for at least one element.
     *
     * @param keep      above 0 and below 1
     * @param generator of the device
     * @param out       dense, in any order of dimensions
     * @param kept      takes true where elements stay; bool, in the order of {@code out}
     */
    default void dropout(Tensor x, double keep, Generator generator, Tensor out, Tensor kept) {
        throw new UnsupportedOperationException("there is no such kernel; see hasDropout");
    }

    /** {@code out = g · kept · scale}, of at least one element; {@code out} is in the order of {@code kept}. */
    default void dropoutGrad(Tensor g, Tensor kept, double scale, Tensor out) {
        throw new UnsupportedOperationException("there is no such kernel; see hasDropout");
    }

    /**
     * Numbers of events at rates of 0 or more.
     *
     * @param generator of the device, which is no CPU
     * @param out       row-major, of the rates' type
     */
    default void poisson(Tensor rates, Generator generator, Tensor out) {
        throw new UnsupportedOperationException("the CPU's numbers are drawn one by one");
    }

    /** What {@link #random} draws, with the meaning of its two parameters. */
    enum Distribution {
        /** From first to second, second excluded. */ UNIFORM,
        /** Mean first, standard deviation second. */ NORMAL,
        /** As NORMAL, each number drawn for itself: what PyTorch's CPU does where elements do not follow each other. */ NORMAL_SINGLY,
        /** 1 with probability first, else 0. */ BERNOULLI,
        /** Integers from first to second, second excluded. */ INTEGER,
        /** Density first · exp(−first · x). */ EXPONENTIAL,
        /** The exponential of normal numbers of mean first and standard deviation second. */ LOG_NORMAL
    }
}
