package io.candela.nn;

import io.candela.ops.ConstantPad;
import io.candela.ops.Resample;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Padding of the last dimensions: widths come in pairs, before and behind, the last dimension first. Negative ones cut off. */
final class Padding {
    private Padding() {}

    static Tensor apply(String who, Tensor x, int[] pad, PadMode mode, double value) {
        if (pad.length % 2 != 0 || pad.length / 2 > x.dim()) {
            throw new ShapeException("%s: padding needs two numbers for each of the last dimensions, got %s for input %s", who, Arrays.toString(pad), x.shape());
        }
        int dims = pad.length / 2;
        int[] sizes = x.shape().toArray();
        for (int i = 0; i < dims; i++) {
            int d = sizes.length - 1 - i;
            sizes[d] += pad[2 * i] + pad[2 * i + 1];
            if (sizes[d] < 0 || x.size(d) + Math.min(0, pad[2 * i]) + Math.min(0, pad[2 * i + 1]) < 0) {
                throw new ShapeException("%s: padding %s cuts off more than dimension %d of input %s has", who, Arrays.toString(pad), d, x.shape());
            }
        }
        if (mode == PadMode.CONSTANT) {
            return constant(x, pad, Shape.of(sizes), value);
        }
        if (dims > 3 || x.dim() != dims + 1 && x.dim() != dims + 2) {
            throw new ShapeException("%s: mode %s pads the last dimension of 2 or 3, the last two of 3 or 4, or the last three of 4 or 5, got padding %s "
                    + "for input %s", who, mode, Arrays.toString(pad), x.shape());
        }
        Tensor out = x;
        for (int i = 0; i < dims; i++) {
            if (pad[2 * i] != 0 || pad[2 * i + 1] != 0) {
                int d = x.dim() - 1 - i;
                out = Resample.pick(who, out, d, sources(who, x, d, pad[2 * i], pad[2 * i + 1], mode));
            }
        }
        return out == x ? x.clone() : out;
    }

    private static Tensor constant(Tensor x, int[] pad, Shape to, double value) {
        Tensor cut = x;
        int[] before = new int[x.dim()];
        for (int i = 0; i < pad.length / 2; i++) {
            int d = x.dim() - 1 - i;
            before[d] = Math.max(0, pad[2 * i]);
            int first = Math.max(0, -pad[2 * i]);
            int last = Math.max(0, -pad[2 * i + 1]);
            if (first + last > 0) {
                cut = cut.narrow(d, first, x.size(d) - first - last);
            }
        }
        return ConstantPad.apply(cut, before, to, value);
    }

    /** Which element of a dimension stands at each place of the padded one. */
    static int[] sources(String who, Tensor x, int dim, int before, int behind, PadMode mode) {
        int n = x.size(dim);
        int cut = Math.max(0, -before);
        int left = n - cut - Math.max(0, -behind);
        int most = mode == PadMode.REFLECT ? n - 1 : mode == PadMode.CIRCULAR ? left : n == 0 ? 0 : Integer.MAX_VALUE;
        if (before > most || behind > most) {
            throw new ShapeException("%s: padding (%d, %d) of dimension %d of input %s must be at most %d in mode %s", who, before, behind, dim, x.shape(),
                    most, mode);
        }
        int[] from = new int[n + before + behind];
        for (int o = 0; o < from.length; o++) {
            int i = o - before;
            from[o] = switch (mode) {
                case REFLECT -> i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
                case REPLICATE -> Math.max(0, Math.min(n - 1, i));
                default -> Math.floorMod(o - Math.max(0, before), left) + cut; // around what is left
            };
        }
        return from;
    }
}
