package io.candela.nn;

import io.candela.tensor.Tensor;

/** Patches of images as columns: {@code (n, c, h, w)} to {@code (n, c · kernel, patches)}, or the same without n. */
public final class Unfold extends HookedLayer {
    private final int[] kernelSize;
    private final int[] dilation;
    private final int[] padding;
    private final int[] stride;
    private final Patches patches;

    /** With square patches at a distance of 1. */
    public Unfold(int kernelSize) {
        this(new int[] {kernelSize}, new int[] {1}, new int[] {0}, 1);
    }

    /**
     * With all options: one number each, or one for rows and one for columns.
     *
     * @param kernelSize size of a patch
     * @param dilation   distance of neighbours in a patch
     * @param padding    zeros around the image
     * @param stride     distance of patches
     * @throws IllegalArgumentException if a number is below 1, or the padding negative
     */
    public Unfold(int[] kernelSize, int[] dilation, int[] padding, int... stride) {
        this.kernelSize = kernelSize.clone();
        this.dilation = dilation.clone();
        this.padding = padding.clone();
        this.stride = stride.clone();
        patches = new Patches("Unfold", kernelSize, dilation, padding, stride);
    }

    @Override
    Tensor compute(Tensor x) {
        return patches.unfold(x);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + ModulePrinter.sizes(kernelSize) + ", dilation=" + ModulePrinter.sizes(dilation) + ", padding="
                + ModulePrinter.sizes(padding) + ", stride=" + ModulePrinter.sizes(stride);
    }
}
