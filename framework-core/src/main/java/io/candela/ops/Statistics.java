package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.lang.ref.Reference;
import java.util.Arrays;

/** Order statistics, counts and other reductions that are made of simpler ones. */
public final class Statistics {
    private Statistics() {}

    /** Sum without NaN. */
    public static Tensor nansum(Tensor x, boolean keepDim, int... dims) {
        return (x.dtype().isFloating() ? x.maskedFill(x.isNan(), 0) : x).sum(keepDim, dims);
    }

    /** Mean without NaN. */
    public static Tensor nanmean(Tensor x, boolean keepDim, int... dims) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("nanmean: needs floating point, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        return nansum(x, keepDim, dims).div(x.eq(x.detach()).sum(keepDim, dims));
    }

    /** The lower median of all elements; equal ones share the gradient. */
    public static Tensor median(Tensor x, boolean skipNan) {
        String who = skipNan ? "nanmedian" : "median";
        if (x.numel() == 0) {
            if (!x.dtype().isFloating()) {
                throw new ShapeException("%s: %s has no elements, and %s no value for that", who, x.shape(), x.dtype());
            }
            return Tensor.full(Shape.SCALAR, Double.NaN, x.dtype(), x.device());
        }
        return Autograd.apply(new Median(who, skipNan), x);
    }

    private static final class Median extends UnaryOp {
        private final String name;
        private final boolean skipNan;
        private Saved x;
        private Saved y;

        Median(String name, boolean skipNan) {
            this.name = name;
            this.skipNan = skipNan;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        protected Tensor forward(Tensor a) {
            Tensor out = alongDim(name, a.flatten(), 0, false, skipNan ? Order.NANMEDIAN : Order.MEDIAN).values();
            x = saveFor(LHS, a);
            y = saveResult(out);
            return out;
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor a = x.get();
            Tensor v = y.get();
            Tensor same = (v.isNan().item() != 0 ? a.isNan() : a.eq(v)).to(g.dtype());
            return same.mul(g.div(same.sum()));
        }
    }

    /** What {@link #alongDim} picks. */
    public enum Order {
        /** The lower median, or the first NaN. */ MEDIAN,
        /** The lower median of those that are not NaN. */ NANMEDIAN,
        /** The most frequent, the smallest of several. */ MODE
    }

    /** Picks one element along a dimension, with its position. */
    public static ValuesAndIndices alongDim(String who, Tensor x, int dim, boolean keepDim, Order order) {
        int d = x.shape().wrap(who, dim);
        if (x.dim() == 0) {
            return new ValuesAndIndices(x.clone(), Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
        }
        Shape kept = x.shape().with(d, 1);
        if (x.size(d) == 0 && kept.numel() > 0) {
            throw new ShapeException("%s: dimension %d of %s is empty", who, d, x.shape());
        }
        Tensor indices = Tensor.empty(kept, DType.INT64, x.device());
        Tensor last = Axes.of(who, x.shape(), d).reducedLast(x.detach());
        if (order == Order.MODE) {
            Backend.of(x).reduce().mode(last, indices);
        } else {
            Backend.of(x).reduce().median(order == Order.NANMEDIAN, last, indices);
        }
        Reference.reachabilityFence(x);
        Tensor values = x.gather(d, indices);
        return keepDim ? new ValuesAndIndices(values, indices) : new ValuesAndIndices(values.squeeze(d), indices.squeeze(d));
    }

    /** Quantiles along a dimension, or of all elements if {@code dim} is null: those of {@code q} in a leading dimension unless it is 0-d. */
    public static Tensor quantile(Tensor x, Tensor q, Integer dim, boolean keepDim, String interpolation, boolean skipNan) {
        String who = skipNan ? "nanquantile" : "quantile";
        if (!x.dtype().isFloating() || q.dtype() != x.dtype()) {
            throw new DTypeException("%s: needs floating point and q of the same type, got %s and q of %s", who, x.dtype(), q.dtype());
        }
        if (q.dim() > 1) {
            throw new ShapeException("%s: q must be a number or have one dimension, got %s", who, q.shape());
        }
        if (q.ge(0).logicalAnd(q.le(1)).all().item() == 0) {
            throw new IllegalArgumentException(who + ": q must be between 0 and 1");
        }
        int d = dim == null ? 0 : x.shape().wrap(who, dim);
        Tensor rows = dim == null || x.dim() == 0 ? x.flatten() : x;
        int n = rows.size(d);
        if (x.numel() == 0) {
            throw new ShapeException("%s: %s has no elements, and a quantile has no value for that", who, x.shape());
        }
        Tensor sorted = (rows.dim() == 1 ? rows : rows.permute(order(rows.dim(), d))).sort(-1, false).values();
        Tensor nan = sorted.isNan();
        Tensor top = skipNan ? nan.logicalNot().to(x.dtype()).sum(true, -1).sub(1.0).clamp(0, n) : null;
        Tensor ranks = skipNan ? top.mul(q.flatten()) : q.flatten().mul((double) (n - 1)).expand(withLast(sorted.shape(), q.numel()));
        if (!skipNan) {
            ranks = ranks.maskedFill(nan.any(-1, true), n - 1); // NaN is sorted there
        }
        Tensor picked = pick(sorted, ranks, interpolation, who);
        int last = picked.dim() - 1;
        int[] front = new int[picked.dim()];
        for (int i = 1; i < front.length; i++) {
            front[i] = i - 1;
        }
        front[0] = last;
        Tensor out = picked.permute(front);
        if (keepDim && x.dim() > 0) {
            int[] shape = x.shape().toArray();
            if (dim == null) {
                Arrays.fill(shape, 1);
            } else {
                shape[d] = 1;
            }
            int[] all = new int[shape.length + 1];
            all[0] = q.numel();
            System.arraycopy(shape, 0, all, 1, shape.length);
            out = out.reshape(all);
        }
        return (q.dim() == 0 ? out.select(0, 0) : out).contiguous();
    }

    private static Tensor pick(Tensor sorted, Tensor ranks, String interpolation, String who) {
        return switch (interpolation) {
            case "lower" -> at(sorted, ranks.floor());
            case "higher" -> at(sorted, ranks.ceil());
            case "nearest" -> at(sorted, ranks.round());
            case "midpoint" -> at(sorted, ranks.floor()).lerp(at(sorted, ranks.ceil()), 0.5);
            case "linear" -> at(sorted, ranks.floor()).lerp(at(sorted, ranks.ceil()), ranks.sub(ranks.floor()));
            default -> throw new IllegalArgumentException(
                    who + ": the interpolation must be linear, lower, higher, midpoint or nearest, got " + interpolation);
        };
    }

    private static Tensor at(Tensor sorted, Tensor ranks) {
        return sorted.gather(-1, ranks.detach().to(DType.INT64).contiguous());
    }

    private static int[] order(int rank, int last) {
        int[] order = new int[rank];
        for (int i = 0, next = 0; i < rank; i++) {
            if (i != last) {
                order[next++] = i;
            }
        }
        order[rank - 1] = last;
        return order;
    }

    private static int[] withLast(Shape shape, int size) {
        return shape.with(shape.rank() - 1, size).toArray();
    }

    /** How many elements fall into each of equal parts of a range; into the elements' own range if both ends are equal. */
    public static Tensor histc(Tensor x, int bins, double min, double max) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("histc: needs floating point, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        if (bins <= 0) {
            throw new IllegalArgumentException("histc: bins must be 1 or more, got " + bins);
        }
        double[] v = x.toDoubleArray();
        double low = min;
        double high = max;
        if (low == high && v.length > 0) {
            low = Double.POSITIVE_INFINITY;
            high = Double.NEGATIVE_INFINITY;
            for (double a : v) {
                low = Math.min(low, a);
                high = Math.max(high, a);
            }
        }
        if (low == high) {
            low--;
            high++;
        }
        if (!(Double.isFinite(low) && Double.isFinite(high) && low < high)) {
            throw new IllegalArgumentException("histc: the range must be finite and rising, got %s to %s".formatted(low, high));
        }
        double[] counts = new double[bins];
        boolean single = x.dtype() == DType.FLOAT32 || x.dtype().isHalf(); // PyTorch's places are rounded as the type is
        float width = (float) high - (float) low;
        for (double a : v) {
            if (a >= low && a <= high) {
                int at = (int) (single ? ((float) a - (float) low) * bins / width : (a - low) * bins / (high - low));
                counts[Math.min(at, bins - 1)]++;
            }
        }
        return Tensor.of(counts, bins).to(x.dtype()).to(x.device());
    }

    /** How often each integer from 0 occurs, or the sum of its weights. */
    public static Tensor bincount(Tensor x, Tensor weights, int minLength) {
        if (x.dtype().isFloating() || x.dtype() == DType.BOOL || x.dim() != 1) {
            throw new IllegalArgumentException("bincount: needs integers of one dimension, got %s of %s".formatted(x.shape(), x.dtype()));
        }
        if (weights != null && !weights.shape().equals(x.shape())) {
            throw new ShapeException("bincount: weights %s must have the shape of the integers %s", weights.shape(), x.shape());
        }
        if (minLength < 0) {
            throw new IllegalArgumentException("bincount: minLength must not be negative, got " + minLength);
        }
        long[] v = x.toLongArray();
        long most = -1;
        for (long a : v) {
            if (a < 0) {
                throw new IllegalArgumentException("bincount: integers must not be negative, got " + a);
            }
            most = Math.max(most, a);
        }
        int length = Math.max(Math.toIntExact(most + 1), minLength);
        if (weights == null) {
            long[] counts = new long[length];
            for (long a : v) {
                counts[(int) a]++;
            }
            return Tensor.of(counts, length).to(x.device());
        }
        double[] w = weights.toDoubleArray();
        double[] sums = new double[length];
        for (int i = 0; i < v.length; i++) {
            sums[(int) v[i]] += w[i];
        }
        return Tensor.of(sums, length).to(weights.dtype() == DType.FLOAT32 ? DType.FLOAT32 : DType.FLOAT64).to(x.device());
    }

    /** Slices along a dimension whose norm is above {@code maxNorm} are scaled down to it. */
    public static Tensor renorm(Tensor x, double p, int dim, double maxNorm) {
        int d = x.shape().wrap("renorm", dim);
        if (x.dim() < 2) {
            throw new ShapeException("renorm: needs two dimensions or more, got %s", x.shape());
        }
        if (!(p > 0 && maxNorm >= 0)) {
            throw new IllegalArgumentException("renorm: p must be above 0 and maxNorm not below, got %s and %s".formatted(p, maxNorm));
        }
        int[] others = Arrays.copyOf(order(x.dim(), d), x.dim() - 1);
        Tensor norm = Autograd.apply(new Norm(p, true, others), x);
        Tensor scaled = norm.add(1e-7).rdiv(maxNorm);
        return x.mul(scaled.where(norm.gt(maxNorm), norm.onesLike()));
    }
}
