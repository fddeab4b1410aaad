package io.candela.nn;

/** The p-norm of each window, (Σ xᵖ)^(1/p): {@code (n, c, d, h, w)} or {@code (c, d, h, w)} to as many windows. */
public final class LPPool3d extends LPPoolLayer {
    /** With windows of one size side by side. */
    public LPPool3d(double normType, int kernelSize) {
        this(normType, new int[] {kernelSize}, null, false);
    }

    /**
     * With all options.
     *
     * @param normType   p
     * @param kernelSize one number, or one per spatial dimension
     * @param stride     distance of windows, in the same form; null for the kernel's size
     * @param ceilMode   whether a last window may reach beyond the input
     * @throws IllegalArgumentException if a size is below 1
     */
    public LPPool3d(double normType, int[] kernelSize, int[] stride, boolean ceilMode) {
        super(3, normType, kernelSize, stride, ceilMode);
    }
}
