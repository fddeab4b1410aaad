package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.tensor.Device;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Padding, resampling and rearranging of spatial dimensions in {@link F}, which inherits them. */
abstract sealed class SpatialFunctions extends PoolFunctions permits F {
    SpatialFunctions() {}

    /** {@link #pad(Tensor, int[], PadMode, double)} with zeros. */
    public static Tensor pad(Tensor x, int... pad) {
        return pad(x, pad, PadMode.CONSTANT, 0);
    }

    /**
     * Elements put before and behind those of the last dimensions.
     *
     * @param pad   how many: two numbers for the last dimension, then two for the one before, and so on; negative ones cut off
     * @param mode  what they are; all but CONSTANT pad the last one to three dimensions of {@code (n, c, …)} or {@code (c, …)}
     * @param value the number of mode CONSTANT
     * @throws ShapeException if more is cut off than there is, or mode REFLECT or CIRCULAR would need an element twice
     */
    public static Tensor pad(Tensor x, int[] pad, PadMode mode, double value) {
        return Padding.apply("pad", x, pad, mode, value);
    }

    /**
     * An input {@code (n, c, …)} of one to three spatial dimensions brought to another size. There is no antialiasing.
     *
     * @throws ShapeException if the mode does not go with the number of dimensions, or a size is 0
     * @throws IllegalArgumentException if options contradict each other
     */
    public static Tensor interpolate(Tensor x, InterpolateOptions options) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> interpolate(t[0], options), x);
        }
        return Interpolation.apply("interpolate", x, options);
    }

    /** {@code (*, c·r², h, w)} to {@code (*, c, h·r, w·r)}: channels become pixels. */
    public static Tensor pixelShuffle(Tensor x, int r) {
        if (x.dim() < 3 || r < 1 || x.size(-3) % (r * r) != 0) {
            throw new ShapeException("pixelShuffle: input must be (*, c, h, w) with a c that %d² divides, got %s", r, x.shape());
        }
        int c = x.size(-3) / (r * r);
        int h = x.size(-2);
        int w = x.size(-1);
        int[] lead = x.shape().dropLast(3).toArray();
        int n = product(lead);
        return x.reshape(n, c, r, r, h, w).permute(0, 1, 4, 2, 5, 3).reshape(joined(lead, c, h * r, w * r));
    }

    /** {@code (*, c, h·r, w·r)} to {@code (*, c·r², h, w)}: the inverse of {@link #pixelShuffle}. */
    public static Tensor pixelUnshuffle(Tensor x, int r) {
        if (x.dim() < 3 || r < 1 || x.size(-2) % r != 0 || x.size(-1) % r != 0) {
            throw new ShapeException("pixelUnshuffle: input must be (*, c, h, w) with h and w that %d divides, got %s", r, x.shape());
        }
        int c = x.size(-3);
        int h = x.size(-2) / r;
        int w = x.size(-1) / r;
        int[] lead = x.shape().dropLast(3).toArray();
        int n = product(lead);
        return x.reshape(n, c, h, r, w, r).permute(0, 1, 3, 5, 2, 4).reshape(joined(lead, c * r * r, h, w));
    }

    /** Channels of {@code (n, c, …)} in another order: groups of neighbours are dealt out one by one. */
    public static Tensor channelShuffle(Tensor x, int groups) {
        if (x.dim() < 3 || groups < 1 || x.size(1) % groups != 0) {
            throw new ShapeException("channelShuffle: input must be (n, c, *) with a c that %d divides, got %s", groups, x.shape());
        }
        return x.unflatten(1, groups, x.size(1) / groups).transpose(1, 2).reshape(x.shape().toArray());
    }

    private static int product(int... sizes) {
        return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    private static int[] joined(int[] lead, int... rest) {
        int[] all = Arrays.copyOf(lead, lead.length + rest.length);
        System.arraycopy(rest, 0, all, lead.length, rest.length);
        return all;
    }

    /**
     * Patches of images as columns: {@code (n, c, h, w)} to {@code (n, c · kernel, patches)}, or the same without n. Arguments are one number, or
     * one for rows and one for columns.
     */
    public static Tensor unfold(Tensor x, int[] kernel, int[] dilation, int[] padding, int... stride) {
        return new Patches("unfold", kernel, dilation, padding, stride).unfold(x);
    }

    /** Sums of patches: {@code (n, c · kernel, patches)} to {@code (n, c, h, w)}, the transpose of {@link #unfold}. */
    public static Tensor fold(Tensor x, int[] outputSize, int[] kernel, int[] dilation, int[] padding, int... stride) {
        return new Patches("fold", kernel, dilation, padding, stride).fold(x, outputSize);
    }

    /** What {@link #gridSample} does between elements. */
    public enum GridMode {
        /** Weighs the neighbours by distance. */ BILINEAR,
        /** Takes the nearest one. */ NEAREST
    }

    /** What {@link #gridSample} finds outside of the image. */
    public enum GridPadding {
        /** Zeros. */ ZEROS,
        /** The edge. */ BORDER,
        /** The image, mirrored at its edges. */ REFLECTION
    }

    /**
     * Elements of images at given positions: {@code (n, c, h, w)} to {@code (n, c, height, width)}, or the same with depth.
     *
     * @param grid         {@code (n, height, width, 2)}, or {@code (n, depth, height, width, 3)}: positions from −1 to 1, that along the last
     *                     dimension first
     * @param alignCorners whether −1 and 1 are the centres of the corner elements, else their outer edges
     * @throws ShapeException if shapes do not fit
     */
    public static Tensor gridSample(Tensor x, Tensor grid, GridMode mode, GridPadding padding, boolean alignCorners) {
        Autocast.Rule rule = x.device().type() == Device.Type.CUDA ? Autocast.Rule.WIDEST : Autocast.Rule.FLOAT32;
        if (Autocast.concerns(rule, x)) {
            return Autocast.apply(rule, t -> gridSample(t[0], t[1], mode, padding, alignCorners), x, grid);
        }
        return GridSample.apply(x, grid, mode, padding, alignCorners);
    }

    /**
     * Where the elements of a result lie in an image that an affine map moves: a grid for {@link #gridSample}.
     *
     * @param theta        {@code (n, 2, 3)}, or {@code (n, 3, 4)} with depth
     * @param size         of the result, {@code (n, c, h, w)} or {@code (n, c, d, h, w)}
     * @param alignCorners as in {@link #gridSample}
     * @throws ShapeException if shapes do not fit
     */
    public static Tensor affineGrid(Tensor theta, int[] size, boolean alignCorners) {
        return GridSample.affine(theta, size, alignCorners);
    }
}
