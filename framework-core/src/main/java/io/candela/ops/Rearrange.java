package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Shape operations made of others: repeated, rolled, turned, moved, cut and joined in NumPy's ways. */
public final class Rearrange {
    private Rearrange() {}

    /** Repeats the whole tensor; unlike repeat, fewer numbers than dimensions are allowed. */
    public static Tensor tile(Tensor x, int... times) {
        int[] all = new int[Math.max(times.length, x.dim())];
        Arrays.fill(all, 1);
        System.arraycopy(times, 0, all, all.length - times.length, times.length);
        return Joins.repeat(x, all);
    }

    /** Every position of a dimension as often as {@code repeats} says: one number for all, or one per position. */
    public static Tensor repeatInterleave(Tensor x, Tensor repeats, int dim) {
        int d = x.shape().wrap("repeatInterleave", dim);
        if (x.dim() == 0) {
            throw new ShapeException("repeatInterleave: a 0-d tensor has no dimension %d; repeat without a dimension", dim);
        }
        if (repeats.dtype() != DType.INT64 && repeats.dtype() != DType.INT32) {
            throw new DTypeException("repeatInterleave: repeats must be int64 or int32, got %s", repeats.dtype());
        }
        int n = x.size(d);
        if (repeats.dim() > 1 || repeats.numel() != 1 && repeats.numel() != n) {
            throw new ShapeException("repeatInterleave: repeats must be one number or %d, one per position of dimension %d of %s, got %s", n, d,
                    x.shape(), repeats.shape());
        }
        int[] each = repeats.toIntArray();
        int total = 0;
        for (int k : each) {
            if (k < 0) {
                throw new ShapeException("repeatInterleave: repeats must be 0 or more, got %d", k);
            }
        }
        for (int i = 0; i < n; i++) {
            int k = each.length == 1 ? each[0] : each[i];
            total = Math.addExact(total, k);
        }
        long[] index = new long[total];
        for (int i = 0, at = 0; i < n; i++) {
            int k = each.length == 1 ? each[0] : each[i];
            Arrays.fill(index, at, at += k, i);
        }
        return x.indexSelect(d, Tensor.of(index, total).to(x.device()));
    }

    /** Positions moved along; those that fall off the end come back at the start. */
    public static Tensor roll(Tensor x, int[] shifts, int[] dims) {
        if (dims.length == 0 && shifts.length == 1) {
            return roll(x.flatten(), shifts, new int[] {0}).reshape(x.shape().toArray());
        }
        if (dims.length != shifts.length || dims.length == 0) {
            throw new ShapeException("roll: as many dimensions as shifts are needed, got %s and %s", Arrays.toString(dims), Arrays.toString(shifts));
        }
        Tensor out = x;
        for (int i = 0; i < dims.length; i++) {
            int d = x.shape().wrap("roll", dims[i]);
            if (x.dim() == 0) {
                throw new ShapeException("roll: a 0-d tensor has no dimension %d", dims[i]);
            }
            int n = x.size(d);
            int shift = n == 0 ? 0 : Math.floorMod(shifts[i], n);
            if (shift != 0) {
                out = Joins.cat(d, Slices.narrow(out, d, n - shift, shift), Slices.narrow(out, d, 0, n - shift));
            }
        }
        return out == x ? x.clone() : out;
    }

    /** Turned by quarters from {@code from} towards {@code to}. */
    public static Tensor rot90(Tensor x, int quarters, int from, int to) {
        int a = x.shape().wrap("rot90", from);
        int b = x.shape().wrap("rot90", to);
        if (x.dim() < 2 || a == b) {
            throw new ShapeException("rot90: two different dimensions are needed, got %d and %d of %s", from, to, x.shape());
        }
        return switch (Math.floorMod(quarters, 4)) {
            case 1 -> x.flip(b).transpose(a, b).contiguous();
            case 2 -> x.flip(a, b);
            case 3 -> x.flip(a).transpose(a, b).contiguous();
            default -> x.clone();
        };
    }

    /** Reverses one dimension of a tensor that must have it. */
    public static Tensor flipDimension(String who, Tensor x, int dim) {
        if (x.dim() <= dim) {
            throw new ShapeException("%s: at least %d dimensions are needed, got %s", who, dim + 1, x.shape());
        }
        return x.flip(dim);
    }

    /** Dimensions taken out and put in at other places; the others keep their order. A view. */
    public static Tensor moveDim(Tensor x, int[] from, int[] to) {
        if (from.length != to.length) {
            throw new ShapeException("moveDim: as many targets as sources are needed, got %s and %s", Arrays.toString(from), Arrays.toString(to));
        }
        int rank = x.dim();
        int[] order = new int[rank];
        Arrays.fill(order, -1);
        boolean[] taken = new boolean[rank];
        for (int i = 0; i < from.length; i++) {
            int a = x.shape().wrap("moveDim", from[i]);
            int b = x.shape().wrap("moveDim", to[i]);
            if (rank == 0) {
                continue;
            }
            if (taken[a] || order[b] >= 0) {
                throw new ShapeException("moveDim: a dimension is named twice in %s or %s", Arrays.toString(from), Arrays.toString(to));
            }
            order[b] = a;
            taken[a] = true;
        }
        for (int i = 0, next = 0; i < rank; i++) {
            if (order[i] < 0) {
                while (taken[next]) {
                    next++;
                }
                order[i] = next++;
            }
        }
        return x.permute(order);
    }

    // ---- pieces ----

    /** Pieces of these sizes. */
    public static Tensor[] split(Tensor x, int[] sizes, int dim) {
        int d = x.shape().wrap("split", dim);
        int n = x.shape().dim(d);
        long total = 0;
        for (int s : sizes) {
            total += s;
        }
        if (total != n) {
            throw new ShapeException("split: sizes %s must sum to %d, the size of dimension %d of %s", Arrays.toString(sizes), n, d, x.shape());
        }
        Tensor[] out = new Tensor[sizes.length];
        for (int i = 0, at = 0; i < out.length; at += sizes[i++]) {
            out[i] = x.narrow(d, at, sizes[i]);
        }
        return out;
    }

    /** A number of pieces whose sizes differ by one at most. */
    public static Tensor[] tensorSplit(Tensor x, int sections, int dim) {
        int d = x.shape().wrap("tensorSplit", dim);
        if (sections <= 0) {
            throw new ShapeException("tensorSplit: sections must be above 0, got %d", sections);
        }
        int n = x.shape().dim(d);
        int[] sizes = new int[sections];
        for (int i = 0; i < sections; i++) {
            sizes[i] = n / sections + (i < n % sections ? 1 : 0);
        }
        return split(x, sizes, d);
    }

    /** Cut before these positions, as Python's slices. */
    public static Tensor[] tensorSplit(Tensor x, int[] indices, int dim) {
        int d = x.shape().wrap("tensorSplit", dim);
        int n = x.shape().dim(d);
        Tensor[] out = new Tensor[indices.length + 1];
        for (int i = 0; i < out.length; i++) {
            out[i] = x.slice(d, i == 0 ? 0 : indices[i - 1], i == indices.length ? n : indices[i]);
        }
        return out;
    }

    /** As {@link #tensorSplit(Tensor, int, int)}, along a fixed dimension of which {@code sections} must be a divisor. */
    public static Tensor[] evenSplit(String who, Tensor x, int rank, int sections) {
        int d = splitDim(who, x, rank);
        if (sections <= 0 || x.size(d) % sections != 0) {
            throw new ShapeException("%s: dimension %d of %s cannot be cut into %d equal pieces", who, d, x.shape(), sections);
        }
        return tensorSplit(x, sections, d);
    }

    /** As {@link #tensorSplit(Tensor, int[], int)}, along a fixed dimension. */
    public static Tensor[] cutSplit(String who, Tensor x, int rank, int... indices) {
        return tensorSplit(x, indices, splitDim(who, x, rank));
    }

    private static int splitDim(String who, Tensor x, int rank) {
        int least = who.equals("hsplit") ? 1 : rank;
        if (x.dim() < least) {
            throw new ShapeException("%s: at least %d dimensions are needed, got %s", who, least, x.shape());
        }
        return who.equals("hsplit") ? x.dim() == 1 ? 0 : 1 : rank - (who.equals("vsplit") ? 2 : 1);
    }

    // ---- at least so many dimensions ----

    /** At least {@code rank} dimensions (1 to 3), new ones where NumPy puts them. */
    public static Tensor atLeast(Tensor x, int rank) {
        if (x.dim() >= rank) {
            return x;
        }
        return switch (x.dim()) {
            case 0 -> x.reshape(Arrays.copyOf(new int[] {1, 1, 1}, rank));
            case 1 -> rank == 2 ? x.unsqueeze(0) : x.unsqueeze(0).unsqueeze(2);
            default -> x.unsqueeze(2);
        };
    }

    private static Tensor[] atLeast(int rank, Tensor... xs) {
        Tensor[] out = new Tensor[xs.length];
        Arrays.setAll(out, i -> atLeast(xs[i], rank));
        return out;
    }

    /** Side by side. */
    public static Tensor hstack(Tensor... xs) {
        Tensor[] lifted = atLeast(1, xs);
        return Joins.cat(lifted.length > 0 && lifted[0].dim() > 1 ? 1 : 0, lifted);
    }

    /** Below each other. */
    public static Tensor vstack(Tensor... xs) {
        return Joins.cat(0, atLeast(2, xs));
    }

    /** Behind each other. */
    public static Tensor dstack(Tensor... xs) {
        return Joins.cat(2, atLeast(3, xs));
    }

    /** Vectors as columns, matrices side by side. */
    public static Tensor columnStack(Tensor... xs) {
        Tensor[] lifted = new Tensor[xs.length];
        Arrays.setAll(lifted, i -> xs[i].dim() < 2 ? xs[i].reshape(xs[i].numel(), 1) : xs[i]);
        return hstack(lifted);
    }

    /** Matrices as blocks along a diagonal, zeros elsewhere. */
    public static Tensor blockDiag(Tensor... xs) {
        Tensor[] blocks = atLeast(2, xs);
        DType type = DType.BOOL;
        int columns = 0;
        for (Tensor b : blocks) {
            if (b.dim() > 2) {
                throw new ShapeException("blockDiag: at most two dimensions, got %s", b.shape());
            }
            type = DType.promote(type, b.dtype());
            columns += b.size(1);
        }
        if (blocks.length == 0) {
            return Tensor.zeros(1, 0);
        }
        Tensor[] rows = new Tensor[blocks.length];
        int at = 0;
        for (int i = 0; i < rows.length; i++) {
            Tensor b = blocks[i].to(type);
            Tensor before = Tensor.zeros(Shape.of(b.size(0), at), type, b.device());
            at += b.size(1);
            rows[i] = Joins.cat(1, before, b, Tensor.zeros(Shape.of(b.size(0), columns - at), type, b.device()));
        }
        return Joins.cat(0, rows);
    }

    // ---- several tensors ----

    /** All stretched to their common shape; views. */
    public static Tensor[] broadcastTensors(Tensor... xs) {
        Shape shape = Shape.SCALAR;
        for (Tensor x : xs) {
            shape = Shape.broadcast("broadcastTensors", shape, x.shape());
        }
        int[] sizes = shape.toArray();
        Tensor[] out = new Tensor[xs.length];
        Arrays.setAll(out, i -> xs[i].expand(sizes));
        return out;
    }

    /** Coordinates of a grid, one tensor per vector; views. */
    public static Tensor[] meshgrid(boolean xy, Tensor... xs) {
        if (xs.length == 0) {
            throw new ShapeException("meshgrid: at least one tensor is needed");
        }
        int[] sizes = new int[xs.length];
        for (int i = 0; i < xs.length; i++) {
            if (xs[i].dim() > 1) {
                throw new ShapeException("meshgrid: operands must be vectors, number %d is %s", i, xs[i].shape());
            }
            if (xs[i].dtype() != xs[0].dtype()) {
                throw new DTypeException("meshgrid: operands must have one type: number 0 is %s, number %d %s", xs[0].dtype(), i, xs[i].dtype());
            }
            sizes[i] = xs[i].numel();
        }
        Tensor[] out = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            int[] own = new int[xs.length];
            Arrays.fill(own, 1);
            own[i] = sizes[i];
            Tensor grid = xs[i].reshape(own).expand(sizes);
            out[i] = xy && xs.length > 1 ? grid.transpose(0, 1) : grid;
        }
        return out;
    }

    /** All tuples with one element of each vector, {@code (count, vectors)}. */
    public static Tensor cartesianProd(Tensor... xs) {
        for (Tensor x : xs) {
            if (x.dim() != 1) {
                throw new ShapeException("cartesianProd: operands must be vectors, got %s", x.shape());
            }
        }
        if (xs.length == 1) {
            return xs[0];
        }
        Tensor[] grids = meshgrid(false, xs);
        Tensor[] columns = new Tensor[grids.length];
        Arrays.setAll(columns, i -> grids[i].flatten());
        return Joins.stack(1, columns);
    }

    /** All ways to pick {@code r} elements of a vector in its order, {@code (count, r)}. */
    public static Tensor combinations(Tensor x, int r, boolean withReplacement) {
        if (x.dim() != 1) {
            throw new ShapeException("combinations: a vector is needed, got %s", x.shape());
        }
        if (r < 0) {
            throw new ShapeException("combinations: r must be 0 or more, got %d", r);
        }
        if (r == 0) {
            return Tensor.empty(Shape.of(0), x.dtype(), x.device());
        }
        int n = x.numel();
        long[] picks = new long[64];
        int[] current = new int[r];
        int used = 0;
        int depth = n == 0 ? -1 : 0;
        current[0] = -1;
        while (depth >= 0) {
            if (++current[depth] >= n) {
                depth--;
            } else if (depth < r - 1) {
                current[depth + 1] = withReplacement ? current[depth] - 1 : current[depth];
                depth++;
            } else {
                if (used + r > picks.length) {
                    picks = Arrays.copyOf(picks, Math.max(2 * picks.length, used + r));
                }
                for (int i = 0; i < r; i++) {
                    picks[used++] = current[i];
                }
            }
        }
        return x.indexSelect(0, Tensor.of(Arrays.copyOf(picks, used), used).to(x.device())).reshape(used / r, r);
    }

    /** Differences of neighbours along a dimension, {@code n} times over; what is not null is put before and behind first. */
    public static Tensor diff(Tensor x, int n, int dim, Tensor prepend, Tensor append) {
        if (x.dim() == 0) {
            throw new ShapeException("diff: at least one dimension is needed, got ()");
        }
        if (n < 0) {
            throw new ShapeException("diff: n must be 0 or more, got %d", n);
        }
        int d = x.shape().wrap("diff", dim);
        Tensor out = x;
        if (prepend != null) {
            out = Joins.cat(d, prepend, out);
        }
        if (append != null) {
            out = Joins.cat(d, out, append);
        }
        if (n == 0) {
            return out == x ? x.clone() : out;
        }
        for (int i = 0; i < n; i++) {
            int length = Math.max(0, out.size(d) - 1);
            Tensor next = out.narrow(d, Math.min(1, out.size(d)), length);
            Tensor before = out.narrow(d, 0, length);
            out = out.dtype() == DType.BOOL ? next.logicalXor(before) : next.sub(before);
        }
        return out;
    }
}
