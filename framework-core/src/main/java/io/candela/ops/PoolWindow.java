package io.candela.ops;

import io.candela.backend.PoolRegions;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * The windows of a pooling: what a layer was built with. Immutable but for the places of the windows in inputs of the last size, which are kept.
 */
public final class PoolWindow {
    private final String who;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final boolean ceilMode;
    private final boolean countIncludePad;
    private volatile PoolRegions last; // any thread's is as good

    /**
     * Windows of one size at equal distances. Arrays have one entry per spatial dimension, or one for all.
     *
     * @param who             the operation or layer, for messages
     * @param spatial         spatial dimensions, 1 to 3
     * @param stride          null for the kernel's size
     * @param padding         positions around the input that are in windows but hold nothing
     * @param dilation        distance of neighbours in a window
     * @param ceilMode        whether a last window may reach beyond the padded input
     * @param countIncludePad whether averages count padding
     * @throws IllegalArgumentException if a number is out of its range, or the padding more than half of the kernel
     */
    public PoolWindow(String who, int spatial, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode, boolean countIncludePad) {
        this.who = who;
        this.kernel = each(who, "kernelSize", spatial, kernel, 1);
        this.stride = stride == null ? this.kernel : each(who, "stride", spatial, stride, 1);
        this.padding = each(who, "padding", spatial, padding, 0);
        this.dilation = each(who, "dilation", spatial, dilation, 1);
        this.ceilMode = ceilMode;
        this.countIncludePad = countIncludePad;
        for (int i = 0; i < spatial; i++) {
            if (this.padding[i] > this.kernel[i] / 2) {
                throw new IllegalArgumentException("%s: padding must be at most half of the kernel size, got padding %s for kernel %s; pad the input first"
                        .formatted(who, Arrays.toString(this.padding), Arrays.toString(this.kernel)));
            }
        }
    }

    /**
     * One number per spatial dimension.
     *
     * @param values one for all, or one each
     * @throws IllegalArgumentException if there are other than that many, or one is below {@code least}
     */
    public static int[] each(String who, String name, int spatial, int[] values, int least) {
        if (values.length != 1 && values.length != spatial) {
            throw new IllegalArgumentException("%s: %s must have 1 or %d numbers, got %s".formatted(who, name, spatial, Arrays.toString(values)));
        }
        int[] all = new int[spatial];
        for (int i = 0; i < spatial; i++) {
            all[i] = values[values.length == 1 ? 0 : i];
            if (all[i] < least) {
                throw new IllegalArgumentException("%s: %s must be %d or more, got %s".formatted(who, name, least, Arrays.toString(values)));
            }
        }
        return all;
    }

    int spatial() {
        return kernel.length;
    }

    String who() {
        return who;
    }

    /** The windows in an input of this shape. */
    PoolRegions regions(Shape x) {
        checkRank(who, x, kernel.length);
        PoolRegions r = last;
        if (r == null || !fits(r, x)) {
            r = computed(x);
            last = r;
        }
        return r;
    }

    private boolean fits(PoolRegions r, Shape x) {
        int[] dims = x.dims();
        for (int i = 1; i <= kernel.length; i++) {
            if (r.in()[3 - i] != dims[dims.length - i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Refuses what is neither {@code (n, c, …)} nor {@code (c, …)}, or has no elements in another dimension than the first.
     *
     * @throws ShapeException saying so
     */
    static void checkRank(String who, Shape x, int spatial) {
        int rank = x.rank();
        boolean fits = rank == spatial + 1 || rank == spatial + 2;
        for (int i = rank == spatial + 2 ? 1 : 0; fits && i < rank; i++) {
            fits = x.dim(i) > 0;
        }
        if (!fits) {
            String sizes = switch (spatial) {
                case 1 -> "length";
                case 2 -> "h, w";
                default -> "d, h, w";
            };
            throw new ShapeException("%s: input must be (n, c, %s) or (c, %s) with sizes above 0, but for n, got %s", who, sizes, sizes, x);
        }
    }

    private PoolRegions computed(Shape x) {
        int spatial = kernel.length;
        int[] in = {1, 1, 1};
        int[] out = {1, 1, 1};
        int[] size = {1, 1, 1};
        int[] step = {1, 1, 1};
        int[] distance = {1, 1, 1};
        int[] before = new int[3];
        int[][] start = {{0}, {0}, {0}};
        int[][] end = {{1}, {1}, {1}};
        int[][] counted = {{1}, {1}, {1}};
        for (int i = 0; i < spatial; i++) {
            int d = 3 - spatial + i;
            in[d] = x.dim(x.rank() - spatial + i);
            size[d] = kernel[i];
            step[d] = dilation[i];
            distance[d] = stride[i];
            before[d] = padding[i];
            out[d] = windows(x, i, in[d]);
            start[d] = new int[out[d]];
            end[d] = new int[out[d]];
            counted[d] = new int[out[d]];
            for (int o = 0; o < out[d]; o++) {
                int from = o * stride[i] - padding[i];
                int to = Math.min(from + (kernel[i] - 1) * dilation[i] + 1, in[d] + padding[i]);
                start[d][o] = from < 0 ? from + (-from + dilation[i] - 1) / dilation[i] * dilation[i] : from;
                end[d][o] = Math.min(to, in[d]);
                counted[d][o] = countIncludePad ? to - from : end[d][o] - start[d][o];
                if (start[d][o] >= end[d][o]) {
                    throw new ShapeException("%s: window %d of dimension %d lies in the padding alone, got input %s; use less dilation or padding", who, o,
                            x.rank() - spatial + i, x);
                }
            }
        }
        return new PoolRegions(spatial, in, out, start, end, counted, step, size, distance, before);
    }

    /** How many windows there are along spatial dimension {@code i}: as in PyTorch, none starts behind the input. */
    private int windows(Shape x, int i, int in) {
        int room = in + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
        int out = Math.floorDiv(room + (ceilMode ? stride[i] - 1 : 0), stride[i]) + 1;
        if (ceilMode && (out - 1) * stride[i] >= in + padding[i]) {
            out--;
        }
        if (out < 1) {
            throw new ShapeException("%s: the kernel %s%s is larger than the padded input %s; use a smaller kernel or more padding", who,
                    Arrays.toString(kernel), dilation[i] == 1 ? "" : " with dilation " + Arrays.toString(dilation), x);
        }
        return out;
    }

    /**
     * Windows that share an input of any size evenly among a given number.
     *
     * @param sizes numbers of windows, one per spatial dimension or one for all; −1 for as many as positions
     */
    static PoolRegions adaptive(String who, int spatial, int[] sizes, Shape x) {
        int[] wanted = each(who, "outputSize", spatial, sizes, -1);
        checkRank(who, x, spatial);
        int[] in = {1, 1, 1};
        int[] out = {1, 1, 1};
        int[] size = {1, 1, 1};
        int[] step = {1, 1, 1};
        int[][] start = {{0}, {0}, {0}};
        int[][] end = {{1}, {1}, {1}};
        int[][] counted = {{1}, {1}, {1}};
        boolean uniform = true;
        for (int i = 0; i < spatial; i++) {
            int d = 3 - spatial + i;
            in[d] = x.dim(x.rank() - spatial + i);
            out[d] = wanted[i] == -1 ? in[d] : wanted[i];
            start[d] = new int[out[d]];
            end[d] = new int[out[d]];
            counted[d] = new int[out[d]];
            uniform &= out[d] > 0 && in[d] % out[d] == 0;
            size[d] = out[d] == 0 ? 0 : in[d] / out[d];
            for (int o = 0; o < out[d]; o++) {
                start[d][o] = (int) ((long) o * in[d] / out[d]);
                end[d][o] = (int) (((o + 1L) * in[d] + out[d] - 1) / out[d]);
                counted[d][o] = end[d][o] - start[d][o];
            }
        }
        return new PoolRegions(spatial, in, out, start, end, counted, step, uniform ? size : null, uniform ? size : null, uniform ? new int[3] : null);
    }
}
