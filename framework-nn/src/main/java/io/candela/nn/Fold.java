package io.candela.nn;

import io.candela.tensor.Tensor;

/** Sums of patches: {@code (n, c · kernel, patches)} to {@code (n, c, h, w)}, or the same without n; the transpose of {@link Unfold}. */
public final class Fold extends HookedLayer {
    private final int[] outputSize;
    private final int[] kernelSize;
    private final int[] dilation;
    private final int[] padding;
    private final int[] stride;
    private final Patches patches;

    /** With square patches at a distance of 1. */
    public Fold(int[] outputSize, int kernelSize) {
        this(outputSize, new int[] {kernelSize}, new int[] {1}, new int[] {0}, 1);
    }

    /**
     * With all options: one number each, or one for rows and one for columns.
     *
     * @param outputSize size of the image
     * @param kernelSize size of a patch
     * @param dilation   distance of neighbours in a patch
     * @param padding    zeros around the image
     * @param stride     distance of patches
     * @throws IllegalArgumentException if a number is below 1, or the padding negative
     */
    public Fold(int[] outputSize, int[] kernelSize, int[] dilation, int[] padding, int... stride) {
        this.outputSize = outputSize.clone();
        this.kernelSize = kernelSize.clone();
        this.dilation = dilation.clone();
        this.padding = padding.clone();
        this.stride = stride.clone();
        patches = new Patches("Fold", kernelSize, dilation, padding, stride);
    }

    @Override
    Tensor compute(Tensor x) {
        return patches.fold(x, outputSize);
    }

    @Override
    protected String describe() {
        return "output_size=" + ModulePrinter.sizes(outputSize) + ", kernel_size=" + ModulePrinter.sizes(kernelSize) + ", dilation=" + ModulePrinter.sizes(dilation) + ", padding="
                + ModulePrinter.sizes(padding) + ", stride=" + ModulePrinter.sizes(stride);
    }
}
