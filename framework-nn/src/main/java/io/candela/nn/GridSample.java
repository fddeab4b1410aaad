package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Elements of images at any positions, composed of tensor methods. */
final class GridSample {
    private GridSample() {}

    static Tensor apply(Tensor x, Tensor grid, F.GridMode mode, F.GridPadding padding, boolean alignCorners) {
        int spatial = x.dim() - 2;
        boolean fits = (spatial == 2 || spatial == 3) && grid.dim() == x.dim() && grid.size(0) == x.size(0) && grid.size(-1) == spatial;
        for (int i = 0; fits && i < spatial; i++) {
            fits = x.size(2 + i) > 0;
        }
        if (!fits) {
            throw new ShapeException("gridSample: input must be (n, c, h, w) with a grid (n, height, width, 2), or (n, c, d, h, w) with a grid "
                    + "(n, depth, height, width, 3), got %s and %s", x.shape(), grid.shape());
        }
        Tensor[] at = new Tensor[spatial];
        for (int i = 0; i < spatial; i++) {
            at[i] = position(grid.select(-1, spatial - 1 - i), x.size(2 + i), padding, alignCorners); // the grid has the last dimension first
        }
        if (mode == F.GridMode.NEAREST) {
            for (int i = 0; i < spatial; i++) {
                at[i] = at[i].detach().round();
            }
            Tensor any = grid.detach().isNan();
            return pick(x, at).add(grid.maskedFill(any.logicalOr(any.logicalNot()), 0).sum()); // a gradient of zeros, as in PyTorch
        }
        Tensor[] low = new Tensor[spatial];
        Tensor[] share = new Tensor[spatial];
        for (int i = 0; i < spatial; i++) {
            low[i] = at[i].detach().floor();
            share[i] = at[i].sub(low[i]);
        }
        Tensor sum = null;
        for (int corner = 0; corner < 1 << spatial; corner++) {
            Tensor weight = null;
            Tensor[] place = new Tensor[spatial];
            for (int i = 0; i < spatial; i++) {
                boolean upper = (corner >> i & 1) == 1;
                place[i] = upper ? low[i].add(1.0) : low[i];
                Tensor part = upper ? share[i] : share[i].neg().add(1.0);
                weight = weight == null ? part : weight.mul(part);
            }
            Tensor term = pick(x, place).mul(weight.unsqueeze(1));
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }

    /** From −1 … 1 to 0 … size − 1, with what lies outside brought back as the padding says. */
    private static Tensor position(Tensor g, int size, F.GridPadding padding, boolean alignCorners) {
        Tensor at = alignCorners ? g.add(1.0).mul((size - 1) / 2.0) : g.add(1.0).mul(size).sub(1.0).div(2.0);
        if (padding == F.GridPadding.ZEROS) {
            return at;
        }
        if (padding == F.GridPadding.REFLECTION) {
            at = alignCorners ? reflected(at, 0, size - 1) : reflected(at, -0.5, size);
        }
        Tensor below = at.detach().le(0.0);
        Tensor above = at.detach().ge(size - 1.0);
        return at.maskedFill(below, 0).maskedFill(above.logicalAnd(below.logicalNot()), size - 1); // whose gradients are 0
    }

    /** Mirrored at {@code low} and {@code low + span} as often as needed. */
    private static Tensor reflected(Tensor at, double low, double span) {
        if (span == 0) {
            return at.mul(0.0);
        }
        Tensor distance = at.sub(low);
        Tensor size = distance.abs();
        Tensor flips = size.detach().div(span).floor();
        Tensor rest = size.sub(flips.mul(span));
        Tensor odd = flips.remainder(2.0).ne(0.0);
        return rest.neg().add(span).where(odd, rest).add(low);
    }

    /** The elements at whole positions; 0 outside. */
    private static Tensor pick(Tensor x, Tensor... at) {
        Tensor inside = null;
        Tensor flat = null;
        for (int i = 0; i < at.length; i++) {
            int size = x.size(2 + i);
            Tensor fits = at[i].ge(0.0).logicalAnd(at[i].le(size - 1.0));
            inside = inside == null ? fits : inside.logicalAnd(fits);
            Tensor index = at[i].maskedFill(fits.logicalNot(), 0).to(DType.INT64);
            flat = flat == null ? index : flat.mul(Tensor.scalar((long) size)).add(index);
        }
        int n = x.size(0);
        int c = x.size(1);
        Tensor picks = flat.reshape(n, 1, -1).expand(n, c, flat.numel() / Math.max(1, n));
        int[] shape = new int[at.length + 2];
        shape[0] = n;
        shape[1] = c;
        for (int i = 0; i < at.length; i++) {
            shape[2 + i] = at[0].size(1 + i);
        }
        Tensor found = x.flatten(2, -1).gather(2, picks.contiguous()).view(shape);
        return found.maskedFill(inside.logicalNot().unsqueeze(1), 0);
    }

    /** The grid of an affine map; see {@link F#affineGrid}. */
    static Tensor affine(Tensor theta, int[] size, boolean alignCorners) {
        int spatial = size.length - 2;
        if (spatial != 2 && spatial != 3 || theta.dim() != 3 || theta.size(0) != size[0] || theta.size(1) != spatial || theta.size(2) != spatial + 1) {
            throw new ShapeException("affineGrid: theta must be (n, 2, 3) for a size (n, c, h, w), or (n, 3, 4) for (n, c, d, h, w), got %s and %s",
                    theta.shape(), Arrays.toString(size));
        }
        Tensor[] axes = new Tensor[spatial + 1];
        int[] shape = Arrays.copyOfRange(size, 2, size.length);
        for (int i = 0; i < spatial; i++) {
            int d = spatial - 1 - i; // the last dimension first
            int[] along = new int[spatial];
            Arrays.fill(along, 1);
            along[d] = shape[d];
            axes[i] = line(shape[d], alignCorners, theta.dtype()).to(theta.device()).view(along).expand(shape);
        }
        axes[spatial] = axes[0].onesLike();
        Tensor base = Tensor.stack(-1, axes).reshape(1, -1, spatial + 1).expand(size[0], axes[0].numel(), spatial + 1);
        int[] to = new int[spatial + 2];
        to[0] = size[0];
        System.arraycopy(shape, 0, to, 1, spatial);
        to[spatial + 1] = spatial;
        return base.contiguous().bmm(theta.transpose(1, 2)).view(to);
    }

    private static Tensor line(int n, boolean alignCorners, DType dtype) {
        double[] at = new double[n];
        for (int i = 0; i < n; i++) {
            at[i] = n == 1 ? 0 : (2.0 * i / (n - 1) - 1) * (alignCorners ? 1 : (n - 1.0) / n);
        }
        return Tensor.of(at).to(dtype);
    }
}
