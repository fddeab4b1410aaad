package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Brings groups of neighbouring channels of each sample of {@code (n, channels, …)} to mean 0 and variance 1, then scales and shifts each
 * channel: (x − mean)/√(variance + eps) · weight + bias. State {@code weight (channels)}, ones, and {@code bias (channels)}, zeros.
 */
public final class GroupNorm extends HookedLayer implements Parametrizable {
    final int numGroups;
    final int numChannels;
    final double eps;
    final boolean affine;
    private final Tensor weight; // null when built without
    private final Tensor bias; // null when built without

    /** With an eps of 1e-5, a weight and a bias, in float32. */
    public GroupNorm(int numGroups, int numChannels) {
        this(numGroups, numChannels, 1e-5, true, true);
    }

    /**
     * With all options, in float32.
     *
     * @param eps    is added to the variance
     * @param affine whether there is a weight
     * @param bias   whether there is a bias besides the weight
     * @throws IllegalArgumentException if {@code numGroups} does not divide {@code numChannels}
     */
    public GroupNorm(int numGroups, int numChannels, double eps, boolean affine, boolean bias) {
        if (numGroups < 1 || numChannels < 0 || numChannels % numGroups != 0) {
            throw new IllegalArgumentException("GroupNorm: numChannels %d must be a multiple of numGroups %d".formatted(numChannels, numGroups));
        }
        this.numGroups = numGroups;
        this.numChannels = numChannels;
        this.eps = eps;
        this.affine = affine;
        weight = register("weight", affine ? Tensor.ones(numChannels) : null);
        this.bias = register("bias", affine && bias ? Tensor.zeros(numChannels) : null);
    }

    /** The scales; null when built without. */
    public Tensor weight() {
        return current(weight);
    }

    /** The shifts; null when built without. */
    public Tensor bias() {
        return current(bias);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.groupNorm(x, numGroups, current(weight), current(bias), eps);
    }

    @Override
    protected String describe() {
        return numGroups + ", " + numChannels + ", eps=" + ModulePrinter.number(eps) + ", affine=" + ModulePrinter.number(affine) + ", bias="
                + ModulePrinter.number(bias != null);
    }
}
