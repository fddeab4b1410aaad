package io.candela.nn;

import io.candela.backend.Taps;
import io.candela.ops.PoolWindow;
import io.candela.ops.Resample;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Patches of images as columns, and back: rows are picked first, then columns. */
final class Patches {
    private final String who;
    private final int[] kernel;
    private final int[] dilation;
    private final int[] padding;
    private final int[] stride;

    Patches(String who, int[] kernel, int[] dilation, int[] padding, int[] stride) {
        this.who = who;
        this.kernel = PoolWindow.each(who, "kernelSize", 2, kernel, 1);
        this.dilation = PoolWindow.each(who, "dilation", 2, dilation, 1);
        this.padding = PoolWindow.each(who, "padding", 2, padding, 0);
        this.stride = PoolWindow.each(who, "stride", 2, stride, 1);
    }

    private int count(int dim, int size) {
        return Math.floorDiv(size + 2 * padding[dim] - dilation[dim] * (kernel[dim] - 1) - 1, stride[dim]) + 1;
    }

    /** For each position in the kernel, each patch: where that is, −1 in the padding. */
    private Taps taps(int dim, int size) {
        int patches = count(dim, size);
        int[] from = new int[kernel[dim] * patches];
        for (int k = 0; k < kernel[dim]; k++) {
            for (int p = 0; p < patches; p++) {
                int at = p * stride[dim] - padding[dim] + k * dilation[dim];
                from[k * patches + p] = at < size ? Math.max(at, -1) : -1;
            }
        }
        return Taps.picking(size, from);
    }

    private void checkPatches(Tensor x, int h, int w) {
        if (count(0, h) < 1 || count(1, w) < 1) {
            throw new ShapeException("%s: no patch of kernel %s fits the padded image (%d, %d), got input %s; use a smaller kernel or more padding", who,
                    Arrays.toString(kernel), h, w, x.shape());
        }
    }

    Tensor unfold(Tensor x) {
        if (x.dim() == 3) {
            return unfold(x.unsqueeze(0)).squeeze(0);
        }
        if (x.dim() != 4) {
            throw new ShapeException("%s: input must be (n, c, h, w) or (c, h, w), got %s", who, x.shape());
        }
        checkPatches(x, x.size(2), x.size(3));
        int c = x.size(1);
        Tensor rows = Resample.apply(who, x, 2, taps(0, x.size(2)));
        Tensor both = Resample.apply(who, rows, 3, taps(1, x.size(3)));
        int rowPatches = count(0, x.size(2));
        int columnPatches = count(1, x.size(3));
        return both.reshape(x.size(0), c, kernel[0], rowPatches, kernel[1], columnPatches).permute(0, 1, 2, 4, 3, 5)
                .reshape(x.size(0), c * kernel[0] * kernel[1], rowPatches * columnPatches);
    }

    Tensor fold(Tensor x, int... outputSize) {
        if (x.dim() == 2) {
            return fold(x.unsqueeze(0), outputSize).squeeze(0);
        }
        int[] size = PoolWindow.each(who, "outputSize", 2, outputSize, 1);
        if (x.dim() != 3) {
            throw new ShapeException("%s: input must be (n, c * kernel, patches) or (c * kernel, patches), got %s", who, x.shape());
        }
        checkPatches(x, size[0], size[1]);
        int rowPatches = count(0, size[0]);
        int columnPatches = count(1, size[1]);
        int area = kernel[0] * kernel[1];
        if (x.size(1) % area != 0 || x.size(2) != rowPatches * columnPatches) {
            throw new ShapeException("%s: input must be (n, multiple of %d, %d) for kernel %s and output size %s, got %s", who, area,
                    rowPatches * columnPatches, Arrays.toString(kernel), Arrays.toString(size), x.shape());
        }
        int c = x.size(1) / area;
        Tensor both = x.reshape(x.size(0), c, kernel[0], kernel[1], rowPatches, columnPatches).permute(0, 1, 2, 4, 3, 5)
                .reshape(x.size(0), c, kernel[0] * rowPatches, kernel[1] * columnPatches);
        Tensor rows = Resample.apply(who, both, 3, taps(1, size[1]).transposed());
        return Resample.apply(who, rows, 2, taps(0, size[0]).transposed());
    }
}
