package io.candela.nn;

import io.candela.backend.Taps;
import io.candela.ops.Pooling;
import io.candela.ops.Resample;
import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Resampling to another size, one dimension after the other. Positions are rounded where PyTorch rounds them. */
final class Interpolation {
    private static final double CUBIC = -0.75; // PyTorch's coefficient of the cubic convolution

    private Interpolation() {}

    static Tensor apply(String who, Tensor x, InterpolateOptions o) {
        if (x.dtype().isHalf()) { // rounded once, after all dimensions
            return apply(who, x.to(DType.FLOAT32), o).to(x.dtype());
        }
        int spatial = x.dim() - 2;
        check(who, x, o);
        boolean byFactor = o.scaleFactor != null;
        boolean keepFactor = byFactor && !o.recomputeScaleFactor && o.mode != InterpolateMode.AREA;
        int[] sizes = new int[spatial];
        double[] factors = new double[spatial];
        for (int i = 0; i < spatial; i++) {
            factors[i] = byFactor ? o.scaleFactor[o.scaleFactor.length == 1 ? 0 : i] : 0;
            sizes[i] = byFactor ? (int) Math.floor(x.size(2 + i) * factors[i]) : o.size[o.size.length == 1 ? 0 : i];
            if (sizes[i] < 1 || x.size(2 + i) < 1) {
                throw new ShapeException("%s: input and output sizes must be 1 or more, got input %s and spatial output sizes %s", who, x.shape(),
                        Arrays.toString(Arrays.copyOf(sizes, i + 1)));
            }
        }
        if (o.mode == InterpolateMode.AREA) {
            return Pooling.adaptiveAverage(who, x, spatial, sizes);
        }
        Tensor out = x;
        for (int i = spatial - 1; i >= 0; i--) {
            double factor = keepFactor ? factors[i] : 0;
            out = Resample.apply(who, out, 2 + i, taps(o, x.size(2 + i), sizes[i], factor, x.dtype() == DType.FLOAT32));
        }
        return out;
    }

    private static void check(String who, Tensor x, InterpolateOptions o) {
        int spatial = x.dim() - 2;
        boolean fits = switch (o.mode) {
            case LINEAR -> spatial == 1;
            case BILINEAR, BICUBIC -> spatial == 2;
            case TRILINEAR -> spatial == 3;
            default -> spatial >= 1 && spatial <= 3;
        };
        if (!fits) {
            throw new ShapeException("%s: mode %s does not go with input %s; linear needs (n, c, length), bilinear and bicubic (n, c, h, w), trilinear "
                    + "(n, c, d, h, w), the others one of these", who, o.mode.label, x.shape());
        }
        if ((o.size == null) == (o.scaleFactor == null)) {
            throw new IllegalArgumentException(who + ": either a size or a scale factor is needed, got " + (o.size == null ? "none" : "both"));
        }
        int given = o.size == null ? o.scaleFactor.length : o.size.length;
        if (given != 1 && given != spatial) {
            throw new IllegalArgumentException("%s: size or scale factor must have 1 or %d numbers for input %s, got %d".formatted(who, spatial, x.shape(),
                    given));
        }
        if (o.alignCorners != null && !o.mode.isSmooth()) {
            throw new IllegalArgumentException("%s: alignCorners goes with linear, bilinear, bicubic and trilinear, got mode %s".formatted(who, o.mode.label));
        }
        if (o.recomputeScaleFactor && o.size != null) {
            throw new IllegalArgumentException(who + ": recomputeScaleFactor goes with a scale factor, not with a size");
        }
    }

    private static Taps taps(InterpolateOptions o, int in, int out, double factor, boolean single) {
        return switch (o.mode) {
            case NEAREST, NEAREST_EXACT -> Taps.picking(in, nearest(o.mode == InterpolateMode.NEAREST_EXACT, in, out, factor));
            case BICUBIC -> cubic(in, out, step(o, in, out, factor, single), aligned(o), single);
            default -> linear(in, out, step(o, in, out, factor, single), aligned(o), single);
        };
    }

    private static boolean aligned(InterpolateOptions o) {
        return o.alignCorners != null && o.alignCorners;
    }

    private static int[] nearest(boolean exact, int in, int out, double factor) {
        float step = factor > 0 ? (float) (1 / factor) : (float) in / out; // single for all types
        int[] from = new int[out];
        for (int i = 0; i < out; i++) {
            from[i] = out == in ? i : Math.min(in - 1, (int) Math.floor(exact ? (i + 0.5f) * step : i * step));
        }
        return from;
    }

    /** How far neighbours of the result lie apart in the input. */
    private static double step(InterpolateOptions o, int in, int out, double factor, boolean single) {
        if (aligned(o)) {
            return out <= 1 ? 0 : single ? (float) (in - 1) / (out - 1) : (double) (in - 1) / (out - 1);
        }
        return factor > 0 ? single ? (float) (1 / factor) : 1 / factor : single ? (float) in / out : (double) in / out;
    }

    private static double position(double step, int i, boolean aligned, boolean single) {
        if (aligned) {
            return single ? (float) step * i : step * i;
        }
        return single ? (float) step * (i + 0.5f) - 0.5f : step * (i + 0.5) - 0.5;
    }

    private static Taps linear(int in, int out, double step, boolean aligned, boolean single) {
        int[] start = new int[out + 1];
        int[] index = new int[2 * out];
        double[] weight = new double[2 * out];
        for (int i = 0; i < out; i++) {
            double at = out == in ? i : Math.max(0, position(step, i, aligned, single));
            int low = Math.min((int) at, in - 1);
            double second = Math.min(Math.max(at - low, 0), 1);
            index[2 * i] = low;
            index[2 * i + 1] = Math.min(low + 1, in - 1);
            weight[2 * i] = 1 - second;
            weight[2 * i + 1] = second;
            start[i + 1] = 2 * i + 2;
        }
        return new Taps(in, start, index, weight);
    }

    private static Taps cubic(int in, int out, double step, boolean aligned, boolean single) {
        int[] start = new int[out + 1];
        int[] index = new int[4 * out];
        double[] weight = new double[4 * out];
        for (int i = 0; i < out; i++) {
            double at = position(step, i, aligned, single);
            int low = (int) Math.floor(at);
            double t = Math.min(Math.max(at - low, 0), 1);
            for (int k = 0; k < 4; k++) {
                index[4 * i + k] = Math.max(0, Math.min(in - 1, low - 1 + k));
                weight[4 * i + k] = cubic(Math.abs(t + 1 - k));
            }
            start[i + 1] = 4 * i + 4;
        }
        return new Taps(in, start, index, weight);
    }

    /** The kernel of cubic convolution at a distance: Keys, Cubic convolution interpolation for digital image processing, 1981. */
    private static double cubic(double d) {
        return d <= 1 ? ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1 : ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC;
    }
}
