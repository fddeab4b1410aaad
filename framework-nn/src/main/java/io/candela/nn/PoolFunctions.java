package io.candela.nn;

import io.candela.ops.PoolWindow;
import io.candela.ops.Pooling;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.util.Arrays;

/**
 * The poolings of {@link F}, which inherits them. Kernels, strides and paddings are one number for all spatial dimensions, or one each. Indices
 * are row-major positions among the elements of one sample and channel, in int64.
 */
abstract sealed class PoolFunctions extends NormFunctions permits SpatialFunctions {
    PoolFunctions() {}

    static PoolWindow window(String who, int spatial, int[] kernel, MaxPoolOptions o) {
        return new PoolWindow(who, spatial, kernel, o.stride, o.padding, o.dilation, o.ceilMode, true);
    }

    static PoolWindow window(String who, int spatial, int[] kernel, AvgPoolOptions o) {
        return new PoolWindow(who, spatial, kernel, o.stride, o.padding, new int[] {1}, o.ceilMode, o.countIncludePad);
    }

    // ---- max ----

    /** The largest element of each window: {@code (n, c, length)} or {@code (c, length)}; see {@link MaxPool1d}. */
    public static Tensor maxPool1d(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.max(x, window("maxPool1d", 1, kernel, options));
    }

    /** {@link #maxPool1d(Tensor, int[], MaxPoolOptions)}, and where the elements were. */
    public static ValuesAndIndices maxPool1dWithIndices(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.maxWithIndices(x, window("maxPool1d", 1, kernel, options));
    }

    /** {@link #maxPool2d(Tensor, int[], MaxPoolOptions)} with windows of one size side by side. */
    public static Tensor maxPool2d(Tensor x, int kernel) {
        return maxPool2d(x, new int[] {kernel}, MaxPoolOptions.DEFAULTS);
    }

    /** The largest element of each window: {@code (n, c, h, w)} or {@code (c, h, w)}; see {@link MaxPool2d}. */
    public static Tensor maxPool2d(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.max(x, window("maxPool2d", 2, kernel, options));
    }

    /** {@link #maxPool2d(Tensor, int[], MaxPoolOptions)}, and where the elements were. */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.maxWithIndices(x, window("maxPool2d", 2, kernel, options));
    }

    /** The largest element of each window: {@code (n, c, d, h, w)} or {@code (c, d, h, w)}; see {@link MaxPool3d}. */
    public static Tensor maxPool3d(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.max(x, window("maxPool3d", 3, kernel, options));
    }

    /** {@link #maxPool3d(Tensor, int[], MaxPoolOptions)}, and where the elements were. */
    public static ValuesAndIndices maxPool3dWithIndices(Tensor x, int[] kernel, MaxPoolOptions options) {
        return Pooling.maxWithIndices(x, window("maxPool3d", 3, kernel, options));
    }

    /** The largest element of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveMaxPool1d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMax("adaptiveMaxPool1d", x, 1, wanted("adaptiveMaxPool1d", 1, outputSize));
    }

    /** {@link #adaptiveMaxPool1d(Tensor, Integer...)}, and where the elements were. */
    public static ValuesAndIndices adaptiveMaxPool1dWithIndices(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMaxWithIndices("adaptiveMaxPool1d", x, 1, wanted("adaptiveMaxPool1d", 1, outputSize));
    }

    /** The largest element of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveMaxPool2d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMax("adaptiveMaxPool2d", x, 2, wanted("adaptiveMaxPool2d", 2, outputSize));
    }

    /** {@link #adaptiveMaxPool2d(Tensor, Integer...)}, and where the elements were. */
    public static ValuesAndIndices adaptiveMaxPool2dWithIndices(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMaxWithIndices("adaptiveMaxPool2d", x, 2, wanted("adaptiveMaxPool2d", 2, outputSize));
    }

    /** The largest element of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveMaxPool3d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMax("adaptiveMaxPool3d", x, 3, wanted("adaptiveMaxPool3d", 3, outputSize));
    }

    /** {@link #adaptiveMaxPool3d(Tensor, Integer...)}, and where the elements were. */
    public static ValuesAndIndices adaptiveMaxPool3dWithIndices(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveMaxWithIndices("adaptiveMaxPool3d", x, 3, wanted("adaptiveMaxPool3d", 3, outputSize));
    }

    /**
     * The largest element of each of a given number of windows at random places; see {@link FractionalMaxPool2d}.
     *
     * @param randomSamples {@code (n, c, 2)}, uniform in 0 … 1, for dimensions W, H; null draws PyTorch's from the default generator
     */
    public static Tensor fractionalMaxPool2d(Tensor x, int[] kernel, int[] outputSize, Tensor randomSamples) {
        return fractionalMaxPool2dWithIndices(x, kernel, outputSize, randomSamples).values();
    }

    /**
     * The largest element of each of a given number of windows at random places, and where it was; see {@link FractionalMaxPool2d}.
     *
     * @param randomSamples {@code (n, c, 2)}, uniform in 0 … 1, for dimensions W, H; null draws PyTorch's from the default generator
     */
    public static ValuesAndIndices fractionalMaxPool2dWithIndices(Tensor x, int[] kernel, int[] outputSize, Tensor randomSamples) {
        String who = "fractionalMaxPool2d";
        return FractionalPool.apply(who, 2, x, PoolWindow.each(who, "kernel", 2, kernel, 1), PoolWindow.each(who, "outputSize", 2, outputSize, 1),
                randomSamples);
    }

    /**
     * The largest element of each of a given number of windows at random places; see {@link FractionalMaxPool3d}.
     *
     * @param randomSamples {@code (n, c, 3)}, uniform in 0 … 1, for dimensions T, H, W; null draws PyTorch's from the default generator
     */
    public static Tensor fractionalMaxPool3d(Tensor x, int[] kernel, int[] outputSize, Tensor randomSamples) {
        return fractionalMaxPool3dWithIndices(x, kernel, outputSize, randomSamples).values();
    }

    /**
     * The largest element of each of a given number of windows at random places, and where it was; see {@link FractionalMaxPool3d}.
     *
     * @param randomSamples {@code (n, c, 3)}, uniform in 0 … 1, for dimensions T, H, W; null draws PyTorch's from the default generator
     */
    public static ValuesAndIndices fractionalMaxPool3dWithIndices(Tensor x, int[] kernel, int[] outputSize, Tensor randomSamples) {
        String who = "fractionalMaxPool3d";
        return FractionalPool.apply(who, 3, x, PoolWindow.each(who, "kernel", 3, kernel, 1), PoolWindow.each(who, "outputSize", 3, outputSize, 1),
                randomSamples);
    }

    /**
     * Zeros, with {@code x} where {@code indices} say: the inverse of {@link #maxPool1dWithIndices}.
     *
     * @param stride     null for the kernel's size
     * @param outputSize spatial sizes of the result, where several give the same pooled size; null for the smallest
     */
    public static Tensor maxUnpool1d(Tensor x, Tensor indices, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        return unpool("maxUnpool1d", 1, x, indices, kernel, stride, padding, outputSize);
    }

    /**
     * Zeros, with {@code x} where {@code indices} say: the inverse of {@link #maxPool2dWithIndices}.
     *
     * @param stride     null for the kernel's size
     * @param outputSize spatial sizes of the result, where several give the same pooled size; null for the smallest
     */
    public static Tensor maxUnpool2d(Tensor x, Tensor indices, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        return unpool("maxUnpool2d", 2, x, indices, kernel, stride, padding, outputSize);
    }

    /**
     * Zeros, with {@code x} where {@code indices} say: the inverse of {@link #maxPool3dWithIndices}.
     *
     * @param stride     null for the kernel's size
     * @param outputSize spatial sizes of the result, where several give the same pooled size; null for the smallest
     */
    public static Tensor maxUnpool3d(Tensor x, Tensor indices, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        return unpool("maxUnpool3d", 3, x, indices, kernel, stride, padding, outputSize);
    }

    // ---- averages ----

    /** {@link #avgPool2d(Tensor, int[], AvgPoolOptions)} with windows of one size side by side. */
    public static Tensor avgPool2d(Tensor x, int kernel) {
        return avgPool2d(x, new int[] {kernel}, AvgPoolOptions.DEFAULTS);
    }

    /** The average of each window: {@code (n, c, length)} or {@code (c, length)}; see {@link AvgPool1d}. */
    public static Tensor avgPool1d(Tensor x, int[] kernel, AvgPoolOptions options) {
        return Pooling.average(x, window("avgPool1d", 1, kernel, options), options.divisorOverride);
    }

    /** The average of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveAvgPool1d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveAverage("adaptiveAvgPool1d", x, 1, wanted("adaptiveAvgPool1d", 1, outputSize));
    }

    /**
     * The p-norm of each window, (Σ xᵖ)^(1/p).
     *
     * @param stride null for the kernel's size
     */
    public static Tensor lpPool1d(Tensor x, double normType, int[] kernel, int[] stride, boolean ceilMode) {
        return lpPool("lpPool1d", 1, x, normType, kernel, stride, ceilMode);
    }

    /** The average of each window: {@code (n, c, h, w)} or {@code (c, h, w)}; see {@link AvgPool2d}. */
    public static Tensor avgPool2d(Tensor x, int[] kernel, AvgPoolOptions options) {
        return Pooling.average(x, window("avgPool2d", 2, kernel, options), options.divisorOverride);
    }

    /** The average of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveAvgPool2d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveAverage("adaptiveAvgPool2d", x, 2, wanted("adaptiveAvgPool2d", 2, outputSize));
    }

    /**
     * The p-norm of each window, (Σ xᵖ)^(1/p).
     *
     * @param stride null for the kernel's size
     */
    public static Tensor lpPool2d(Tensor x, double normType, int[] kernel, int[] stride, boolean ceilMode) {
        return lpPool("lpPool2d", 2, x, normType, kernel, stride, ceilMode);
    }

    /** The average of each window: {@code (n, c, d, h, w)} or {@code (c, d, h, w)}; see {@link AvgPool3d}. */
    public static Tensor avgPool3d(Tensor x, int[] kernel, AvgPoolOptions options) {
        return Pooling.average(x, window("avgPool3d", 3, kernel, options), options.divisorOverride);
    }

    /** The average of each of a given number of windows; null stands for the input's size. */
    public static Tensor adaptiveAvgPool3d(Tensor x, Integer... outputSize) {
        return Pooling.adaptiveAverage("adaptiveAvgPool3d", x, 3, wanted("adaptiveAvgPool3d", 3, outputSize));
    }

    /**
     * The p-norm of each window, (Σ xᵖ)^(1/p).
     *
     * @param stride null for the kernel's size
     */
    public static Tensor lpPool3d(Tensor x, double normType, int[] kernel, int[] stride, boolean ceilMode) {
        return lpPool("lpPool3d", 3, x, normType, kernel, stride, ceilMode);
    }

    // ---- what functions and layers share ----

    /** Numbers of windows with −1 for null, the input's. */
    static int[] wanted(String who, int spatial, Integer... outputSize) {
        int[] sizes = new int[outputSize.length];
        for (int i = 0; i < sizes.length; i++) {
            if (outputSize[i] != null && outputSize[i] < 0) {
                throw new IllegalArgumentException("%s: outputSize must be 0 or more, or null for the input's, got %d".formatted(who, outputSize[i]));
            }
            sizes[i] = outputSize[i] == null ? -1 : outputSize[i];
        }
        return PoolWindow.each(who, "outputSize", spatial, sizes, -1);
    }

    static PoolWindow lpWindow(String who, int spatial, int[] kernel, int[] stride, boolean ceilMode) {
        return new PoolWindow(who, spatial, kernel, stride, new int[] {0}, new int[] {1}, ceilMode, true);
    }

    static Tensor lpPool(String who, int spatial, Tensor x, double p, int[] kernel, int[] stride, boolean ceilMode) {
        Tensor mean = Pooling.average(x.pow(p), lpWindow(who, spatial, kernel, stride, ceilMode), 0);
        int count = 1;
        for (int k : PoolWindow.each(who, "kernel", spatial, kernel, 1)) {
            count *= k;
        }
        return mean.sign().mul(mean.abs().relu()).mul(count).pow(1 / p); // as PyTorch has it, for its gradients at 0
    }

    static Tensor unpool(String who, int spatial, Tensor x, Tensor indices, int[] kernel, int[] stride, int[] padding, int... outputSize) {
        if (x.dim() != spatial + 1 && x.dim() != spatial + 2) {
            throw new ShapeException("%s: input must have %d or %d dimensions, got %s", who, spatial + 1, spatial + 2, x.shape());
        }
        if (!indices.shape().equals(x.shape())) {
            throw new ShapeException("%s: indices %s must have the shape of the input %s", who, indices.shape(), x.shape());
        }
        int[] k = PoolWindow.each(who, "kernel", spatial, kernel, 1);
        int[] s = stride == null ? k : PoolWindow.each(who, "stride", spatial, stride, 1);
        int[] p = PoolWindow.each(who, "padding", spatial, padding, 0);
        int lead = x.dim() - spatial;
        int[] sizes = x.shape().toArray();
        if (outputSize != null && outputSize.length != spatial) {
            throw new ShapeException("%s: outputSize must have %d numbers, got %s", who, spatial, Arrays.toString(outputSize));
        }
        for (int i = 0; i < spatial; i++) {
            int least = (sizes[lead + i] - 1) * s[i] + k[i] - 2 * p[i];
            if (outputSize != null && (outputSize[i] <= least - s[i] || outputSize[i] >= least + s[i])) {
                throw new ShapeException("%s: outputSize %s does not fit input %s in dimension %d; use %d to %d", who, Arrays.toString(outputSize), x.shape(),
                        lead + i, least - s[i] + 1, least + s[i] - 1);
            }
            sizes[lead + i] = outputSize != null ? outputSize[i] : least;
        }
        Shape shape = Shape.of(sizes);
        Shape flat = Shape.of(Arrays.copyOf(sizes, lead));
        int plane = shape.numel() == 0 ? 0 : shape.numel() / flat.numel();
        Tensor zeros = Tensor.zeros(flat.append(plane), x.dtype(), x.device());
        return zeros.scatter(lead, indices.flatten(lead, -1), x.flatten(lead, -1)).view(sizes);
    }
}
