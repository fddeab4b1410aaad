package io.candela.backend;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;

/**
 * Kernels of the layers that bring parts of their input to mean 0 and variance 1. An input is seen as {@code (n, channels, positions)}, its
 * dimensions from the third on as one. A statistic is of one channel over all samples and positions, given as {@code (channels)}, or of a group
 * of neighbouring channels in one sample, given as {@code (n, groups)}; the statistics' shape says which. They are float64, whatever the input is.
 *
 * <p>Inputs, results and gradients of one call lie in memory alike: row-major, or with the channels innermost.
 */
public interface NormKernels {
    /**
     * Whether inputs may be float16 and bfloat16; if not, callers widen them. Weight, bias and their gradients are then float32, sums and
     * results are rounded where kernels one after the other would round.
     */
    default boolean takesHalves() {
        return false;
    }

    /** Writes means and biased variances. There is at least one element for each. */
    void moments(Tensor x, Tensor mean, Tensor variance);

    /**
     * Writes {@code (x − mean) · inverse · weight + bias}.
     *
     * @param inverse the inverse of the deviation, in the shape of {@code mean}
     * @param weight  {@code (channels)}, or null for 1
     * @param bias    {@code (channels)}, or null for 0
     */
    void normalize(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor out);

    /**
     * {@link #moments}, then {@link #normalize} with them.
     *
     * @param eps is added to variances
     * @return the inverse of the deviation, 1/√(variance + eps)
     */
    default Tensor standardize(Tensor x, double eps, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor out) {
        moments(x, mean, variance);
        Tensor inverse = variance.add(eps).rsqrt();
        normalize(x, mean, inverse, weight, bias, out);
        return inverse;
    }

    /** Whether a sample's one group, of {@code length} channels and one position, takes weights as fast as a group of few channels. */
    default boolean weighsElements(DType type, int length) {
        return false;
    }

    /**
     * Writes the gradients of {@link #normalize} from that of its result.
     *
     * @param constant   whether the statistics are constants; else they are those of {@code x}, and depend on it
     * @param gradX      null if not needed
     * @param gradWeight {@code (channels)}, null if not needed
     * @param gradBias   {@code (channels)}, null if not needed
     */
    void normalizeGrad(Tensor g, Tensor x, Tensor mean, Tensor inverse, Tensor weight, boolean constant, Tensor gradX, Tensor gradWeight,
            Tensor gradBias);

    /**
     * Writes the larger of {@code (x − mean) · inverse · weight + bias + residual} and 0; NaN stays.
     *
     * @param residual in the shape of {@code x}, or null for 0
     */
    void normalizeRelu(Tensor x, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, Tensor residual, Tensor out);

    /**
     * Writes the gradients of {@link #normalizeRelu} from that of its result: those of {@link #normalize} from {@code g} with zeros where the result
     * is 0 or below.
     *
     * @param y            the result; null if there was no residual: it is then computed again, in every bit the same
     * @param bias         as it was; matters only without {@code y}
     * @param gradResidual {@code g} with zeros; null if not needed
     */
    void normalizeReluGrad(Tensor g, Tensor x, Tensor y, Tensor mean, Tensor inverse, Tensor weight, Tensor bias, boolean constant, Tensor gradX,
            Tensor gradWeight, Tensor gradBias, Tensor gradResidual);
}
