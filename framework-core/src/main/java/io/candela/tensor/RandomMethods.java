package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.backend.NnKernels.Distribution;
import io.candela.ops.Assign;
import io.candela.ops.Sampling;

/**
 * Methods of {@link Tensor} that draw random numbers, beside the fills of {@link InPlaceMethods}. Without a generator, the default one of the device is
 * used; after the same seed the CPU's numbers are PyTorch's, unless a method says otherwise. Nothing here has a gradient.
 *
 * <p>A GPU's numbers are others than the CPU's, as in PyTorch. Those of uniform, normal, exponential and log-normal distributions, of bernoulliInPlace
 * and randintLike follow PyTorch's layout for GPUs, which depends on how many multiprocessors there are.
 */
public sealed interface RandomMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Uniform numbers in [0, 1), of this tensor's shape, type and device. */
    default Tensor randLike() {
        return self().emptyLike().uniformInPlace(0, 1);
    }

    /** Standard normal numbers, of this tensor's shape, type and device. */
    default Tensor randnLike() {
        return self().emptyLike().normalInPlace(0, 1);
    }

    /** Uniform numbers in [0, 1) of a floating point type, of this tensor's shape and device. */
    default Tensor randLike(DType dtype) {
        return self().emptyLike(dtype).uniformInPlace(0, 1);
    }

    /** Standard normal numbers of a floating point type, of this tensor's shape and device. */
    default Tensor randnLike(DType dtype) {
        return self().emptyLike(dtype).normalInPlace(0, 1);
    }

    /** Integers from {@code low} to {@code high}−1, of this tensor's shape, type and device. */
    default Tensor randintLike(long low, long high) {
        return Sampling.randint(self(), low, high);
    }

    /** 1 with the probability that the element says, else 0. */
    default Tensor bernoulli() {
        return bernoulli(Generator.getDefault(self().device()));
    }

    /**
     * 1 with the probability that the element says, else 0.
     *
     * @throws IllegalArgumentException if an element is not between 0 and 1
     */
    default Tensor bernoulli(Generator generator) {
        return Sampling.bernoulli(self(), generator);
    }

    /** Draws {@code count} different positions with these weights. */
    default Tensor multinomial(int count) {
        return multinomial(count, false);
    }

    /** Draws {@code count} positions with these weights. */
    default Tensor multinomial(int count, boolean replacement) {
        return multinomial(count, replacement, Generator.getDefault(self().device()));
    }

    /**
     * Draws positions with these weights, which need not sum to 1: from a vector, or from each row of a matrix. int64.
     *
     * @param replacement whether a position may be drawn again
     * @throws IllegalArgumentException if a weight is negative or not finite, all of a row are 0, or there are too few positions
     */
    default Tensor multinomial(int count, boolean replacement, Generator generator) {
        return Sampling.multinomial(self(), count, replacement, generator);
    }

    /** Numbers of events at the rates that the elements say: Poisson's distribution. In this tensor's type. */
    default Tensor poisson() {
        return poisson(Generator.getDefault(self().device()));
    }

    /**
     * Numbers of events at the rates that the elements say: Poisson's distribution. In this tensor's type.
     *
     * @throws DTypeException           if it is not floating point
     * @throws IllegalArgumentException if a rate is negative or not a number
     */
    default Tensor poisson(Generator generator) {
        return Sampling.poisson(self(), generator);
    }

    /** Numbers of successes in as many trials as the elements say, each of probability {@code prob}; PyTorch's {@code binomial(count, prob)}. */
    default Tensor binomial(Tensor prob) {
        return binomial(prob, Generator.getDefault());
    }

    /**
     * Numbers of successes in as many trials as the elements say, each of probability {@code prob}; the two broadcast. In this tensor's type.
     * After the same seed nearly all are PyTorch's, which rounds to float32 on the way where that is the type.
     *
     * @throws DTypeException           if the two have not one floating point type
     * @throws IllegalArgumentException if a count is negative or not whole, or a probability is not between 0 and 1
     */
    default Tensor binomial(Tensor prob, Generator generator) {
        return Sampling.binomial(self(), prob, generator);
    }

    /** Fills with numbers of Cauchy's distribution about {@code median}, half of them within {@code sigma}; floating point only. */
    default Tensor cauchyInPlace(double median, double sigma) {
        return cauchyInPlace(median, sigma, Generator.getDefault(self().device()));
    }

    /** Fills with numbers of Cauchy's distribution about {@code median}, half of them within {@code sigma}; floating point only. */
    default Tensor cauchyInPlace(double median, double sigma, Generator generator) {
        return Sampling.cauchy(self(), median, sigma, generator);
    }

    /** Fills with numbers of trials up to the first success, of probability {@code p}. */
    default Tensor geometricInPlace(double p) {
        return geometricInPlace(p, Generator.getDefault(self().device()));
    }

    /**
     * Fills with numbers of trials up to the first success, of probability {@code p}.
     *
     * @throws IllegalArgumentException if {@code p} is not above 0 and below 1
     */
    default Tensor geometricInPlace(double p, Generator generator) {
        return Sampling.geometric(self(), p, generator);
    }

    /** Fills with exponential numbers of density {@code λ exp(−λx)}. */
    default Tensor exponentialInPlace(double lambda) {
        return exponentialInPlace(lambda, Generator.getDefault(self().device()));
    }

    /** Fills with exponential numbers of density {@code λ exp(−λx)}. */
    default Tensor exponentialInPlace(double lambda, Generator generator) {
        return fill(Distribution.EXPONENTIAL, lambda, 0, generator);
    }

    /** Fills with exponentials of normal numbers of this mean and deviation; float64 numbers may differ from PyTorch's in the last bit. */
    default Tensor logNormalInPlace(double mean, double std) {
        return logNormalInPlace(mean, std, Generator.getDefault(self().device()));
    }

    /** Fills with exponentials of normal numbers of this mean and deviation; float64 numbers may differ from PyTorch's in the last bit. */
    default Tensor logNormalInPlace(double mean, double std, Generator generator) {
        return fill(Distribution.LOG_NORMAL, mean, std, generator);
    }

    private Tensor fill(Distribution distribution, double first, double second, Generator generator) {
        return Autograd.applyInPlace(new Assign.Random(distribution, first, second, generator), self());
    }
}
