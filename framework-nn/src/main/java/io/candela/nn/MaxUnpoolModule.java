package io.candela.nn;

import io.candela.ops.PoolWindow;
import io.candela.tensor.Tensor;

/** What the inverses of max pooling of one to three dimensions have in common. */
abstract sealed class MaxUnpoolModule extends Module permits MaxUnpool1d, MaxUnpool2d, MaxUnpool3d {
    private final int spatial;
    private final int[] kernelSize;
    private final int[] stride;
    private final int[] padding;

    MaxUnpoolModule(int spatial, int[] kernelSize, int[] stride, int... padding) {
        this.spatial = spatial;
        this.kernelSize = PoolWindow.each(typeName(), "kernelSize", spatial, kernelSize, 1);
        this.stride = stride == null ? this.kernelSize : PoolWindow.each(typeName(), "stride", spatial, stride, 1);
        this.padding = PoolWindow.each(typeName(), "padding", spatial, padding, 0);
    }

    /** Zeros of the smallest size that pooling would bring to that of {@code x}, with {@code x} where {@code indices} say. */
    public final Tensor forward(Tensor x, Tensor indices) {
        return forward(x, indices, (int[]) null);
    }

    /**
     * Zeros, with {@code x} where {@code indices} say.
     *
     * @param indices    of max pooling, in the shape of {@code x}
     * @param outputSize spatial sizes of the result, where several give the same pooled size; null for the smallest
     */
    public final Tensor forward(Tensor x, Tensor indices, int... outputSize) {
        return PoolFunctions.unpool(typeName(), spatial, x, indices, kernelSize, stride, padding, outputSize);
    }

    @Override
    protected final String describe() {
        return "kernel_size=" + ModulePrinter.tuple(kernelSize) + ", stride=" + ModulePrinter.tuple(stride) + ", padding=" + ModulePrinter.tuple(padding);
    }
}
