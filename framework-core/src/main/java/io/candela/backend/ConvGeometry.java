package io.candela.backend;

import java.util.Arrays;

/** How a convolution's kernel moves over its input: one number per spatial dimension, and the number of groups. Immutable. */
public final class ConvGeometry {
    private final int[] stride;
    private final int[] before;
    private final int[] after;
    private final int[] dilation;
    private final int groups;

    /**
     * All arrays have one entry per spatial dimension and are not copied.
     *
     * @param before zeros in front of the input
     * @param after  zeros behind it
     */
    public ConvGeometry(int[] stride, int[] before, int[] after, int[] dilation, int groups) {
        this.stride = stride;
        this.before = before;
        this.after = after;
        this.dilation = dilation;
        this.groups = groups;
    }

    /** The same with other zeros in front of one dimension and behind it. */
    public ConvGeometry padded(int dim, int newBefore, int newAfter) {
        int[] front = before.clone();
        int[] back = after.clone();
        front[dim] = newBefore;
        back[dim] = newAfter;
        return new ConvGeometry(stride, front, back, dilation, groups);
    }

    /** Number of spatial dimensions. */
    public int rank() {
        return stride.length;
    }

    /** Step of the kernel. */
    public int stride(int dim) {
        return stride[dim];
    }

    /** Zeros in front of the input. */
    public int before(int dim) {
        return before[dim];
    }

    /** Zeros behind the input. */
    public int after(int dim) {
        return after[dim];
    }

    /** Distance between the kernel's elements; 1 for neighbours. */
    public int dilation(int dim) {
        return dilation[dim];
    }

    /** Into how many groups channels and filters are cut; each group of filters sees its group of channels alone. */
    public int groups() {
        return groups;
    }

    /** How many input positions a kernel covers, the gaps included. */
    public int reach(int dim, int kernel) {
        return dilation[dim] * (kernel - 1) + 1;
    }

    /** Positions of the result; 0 or less if the kernel is larger than the padded input. */
    public int outputSize(int dim, int input, int kernel) {
        return Math.floorDiv(input + before[dim] + after[dim] - reach(dim, kernel), stride[dim]) + 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConvGeometry g && groups == g.groups && Arrays.equals(stride, g.stride) && Arrays.equals(before, g.before)
                && Arrays.equals(after, g.after) && Arrays.equals(dilation, g.dilation);
    }

    @Override
    public int hashCode() {
        int hash = groups;
        for (int i = 0; i < stride.length; i++) {
            hash = hash * 31 + stride[i];
            hash = hash * 31 + before[i];
            hash = hash * 31 + after[i];
            hash = hash * 31 + dilation[i];
        }
        return hash;
    }
}
