package io.candela.nn;

import io.candela.tensor.Tensor;

/** What power-average poolings of one to three dimensions have in common. */
abstract sealed class LPPoolLayer extends HookedLayer permits LPPool1d, LPPool2d, LPPool3d {
    private final int spatial;
    private final double normType;
    private final int[] kernelSize;
    private final int[] stride; // null for the kernel's size
    private final boolean ceilMode;

    LPPoolLayer(int spatial, double normType, int[] kernelSize, int[] stride, boolean ceilMode) {
        this.spatial = spatial;
        this.normType = normType;
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.ceilMode = ceilMode;
        PoolFunctions.lpWindow(typeName(), spatial, kernelSize, stride, ceilMode); // refuses at once what forward would refuse
    }

    @Override
    final Tensor compute(Tensor x) {
        return PoolFunctions.lpPool(typeName(), spatial, x, normType, kernelSize, stride, ceilMode);
    }

    @Override
    protected final String describe() {
        String p = normType == (long) normType ? Long.toString((long) normType) : ModulePrinter.number(normType);
        return "norm_type=" + p + ", kernel_size=" + ModulePrinter.sizes(kernelSize) + ", stride=" + (stride == null ? "None" : ModulePrinter.sizes(stride))
                + ", ceil_mode=" + ModulePrinter.number(ceilMode);
    }
}
