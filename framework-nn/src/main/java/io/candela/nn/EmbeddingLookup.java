package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.autograd.UnaryOp;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/** Rows of a table, one by one or reduced in bags. */
final class EmbeddingLookup {
    private static final double EPSILON = 1e-7; // PyTorch's: added to the norm that a row is divided by

    private EmbeddingLookup() {}

    /** A padding index as a row from 0; −1 for none. */
    static int padding(String who, Integer paddingIdx, int count) {
        if (paddingIdx == null) {
            return -1;
        }
        if (paddingIdx < -count || paddingIdx >= count) {
            throw new IllegalArgumentException("%s: paddingIdx %d is out of range for %d rows".formatted(who, paddingIdx, count));
        }
        return paddingIdx < 0 ? paddingIdx + count : paddingIdx;
    }

    /** The rows {@code (n, size)} of {@code n} indices in any shape. */
    static Tensor rows(String who, Tensor indices, Tensor weight, Integer paddingIdx, Double maxNorm, double normType, boolean scaleGradByFreq) {
        if (weight.dim() != 2) {
            throw new ShapeException("%s: weight must be (count, size), got %s", who, weight.shape());
        }
        if (indices.dtype() != DType.INT64 && indices.dtype() != DType.INT32) {
            throw new DTypeException("%s: indices must be int64 or int32, got %s; convert with to(DType.INT64)", who, indices.dtype());
        }
        int count = weight.size(0);
        int padding = padding(who, paddingIdx, count);
        int[] uses = new int[count];
        long[] list = indices.toLongArray();
        for (long index : list) {
            if (index < 0 || index >= count) {
                throw new ShapeException("%s: index %d is out of range for %d rows", who, index, count);
            }
            uses[(int) index]++;
        }
        Tensor flat = indices.reshape(-1);
        if (maxNorm != null) {
            shorten(weight, uses, maxNorm, normType);
        }
        Tensor rows = weight.indexSelect(0, flat);
        if (padding < 0 && !scaleGradByFreq) {
            return rows;
        }
        double[] factors = new double[list.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = list[i] == padding ? 0 : scaleGradByFreq ? 1.0 / uses[(int) list[i]] : 1;
        }
        return Autograd.apply(new ScaledGradient(Tensor.of(factors, list.length, 1).to(weight.dtype()).to(weight.device())), rows);
    }

    /** Shortens the rows in use whose norm is larger, in place and outside the graph. */
    private static void shorten(Tensor weight, int[] uses, double maxNorm, double normType) {
        Autograd.noGrad(() -> {
            long[] used = IntStream.range(0, uses.length).filter(i -> uses[i] > 0).asLongStream().toArray();
            for (long row : used) {
                Tensor vector = weight.get((int) row);
                double norm = Norms.of(vector, normType, false).item();
                if (norm > maxNorm) {
                    vector.mulInPlace(maxNorm / (norm + EPSILON));
                }
            }
        });
    }

    static Tensor bags(Tensor indices, Tensor weight, Tensor offsets, Tensor perSampleWeights, EmbeddingBag.Options options) {
        String who = "embeddingBag";
        boolean square = indices.dim() == 2;
        if (square == (offsets != null) || indices.dim() != 1 && !square) {
            throw new ShapeException("%s: indices must be (bags, length) without offsets, or (n) with offsets, got %s with %s", who, indices.shape(),
                    offsets == null ? "none" : "offsets " + offsets.shape());
        }
        if (perSampleWeights != null && !perSampleWeights.shape().equals(indices.shape())) {
            throw new ShapeException("%s: perSampleWeights must have the shape of the indices %s, got %s", who, indices.shape(), perSampleWeights.shape());
        }
        if (perSampleWeights != null && options.mode() != EmbeddingBag.Mode.SUM) {
            throw new IllegalArgumentException("%s: perSampleWeights need mode SUM, got %s".formatted(who, options.mode()));
        }
        int[] starts = square ? regular(indices.size(0), indices.size(1)) : starts(offsets, indices.numel(), options.includeLastOffset());
        int n = starts[starts.length - 1];
        Tensor flat = indices.reshape(-1).narrow(0, 0, n);
        Tensor rows = rows(who, flat, weight, options.paddingIdx(), options.maxNorm(), options.normType(), options.scaleGradByFreq());
        if (perSampleWeights != null) {
            rows = rows.mul(perSampleWeights.reshape(-1, 1).narrow(0, 0, n));
        }
        boolean[] skipped = new boolean[n];
        int padding = padding(who, options.paddingIdx(), weight.size(0));
        long[] list = flat.toLongArray();
        for (int i = 0; i < n; i++) {
            skipped[i] = list[i] == padding;
        }
        return options.mode() == EmbeddingBag.Mode.MAX ? largest(rows, starts, skipped) : sums(rows, starts, skipped, options.mode());
    }

    private static int[] regular(int bags, int length) {
        int[] starts = new int[bags + 1];
        Arrays.setAll(starts, i -> i * length);
        return starts;
    }

    /** Where bags start, and where the last one ends. */
    private static int[] starts(Tensor offsets, int n, boolean includeLastOffset) {
        if (offsets.dim() != 1 || offsets.dtype().isFloating() || includeLastOffset && offsets.numel() == 0) {
            throw new ShapeException("embeddingBag: offsets must be integers of one dimension, got %s of %s", offsets.shape(), offsets.dtype());
        }
        int[] given = offsets.toIntArray();
        int[] starts = includeLastOffset ? given : Arrays.copyOf(given, given.length + 1);
        if (!includeLastOffset) {
            starts[given.length] = given.length == 0 ? 0 : n;
        }
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] < (i == 0 ? 0 : starts[i - 1]) || starts[i] > n || i == 0 && starts[i] > 0) {
                throw new ShapeException("embeddingBag: offsets must start at 0 and grow up to the number of indices %d, got %s", n,
                        Arrays.toString(given));
            }
        }
        return starts;
    }

    private static Tensor sums(Tensor rows, int[] starts, boolean[] skipped, EmbeddingBag.Mode mode) {
        int bags = starts.length - 1;
        long[] bag = new long[skipped.length];
        double[] counts = new double[bags];
        for (int b = 0; b < bags; b++) {
            for (int i = starts[b]; i < starts[b + 1]; i++) {
                bag[i] = b;
                counts[b] += skipped[i] ? 0 : 1;
            }
        }
        Tensor counted = rows.maskedFill(Tensor.of(skipped, skipped.length, 1).to(rows.device()), 0);
        Tensor places = Tensor.of(bag, bag.length, 1).to(rows.device()).expand(bag.length, rows.size(1)).contiguous();
        Tensor sums = Tensor.zeros(Shape.of(bags, rows.size(1)), rows.dtype(), rows.device()).scatterAdd(0, places, counted);
        if (mode == EmbeddingBag.Mode.SUM) {
            return sums;
        }
        Arrays.setAll(counts, b -> Math.max(counts[b], 1));
        return sums.div(Tensor.of(counts, bags, 1).to(rows.dtype()).to(rows.device()));
    }

    private static Tensor largest(Tensor rows, int[] starts, boolean[] skipped) {
        int bags = starts.length - 1;
        int longest = 0;
        for (int b = 0; b < bags; b++) {
            longest = Math.max(longest, starts[b + 1] - starts[b]);
        }
        if (longest == 0) {
            return sums(rows, starts, skipped, EmbeddingBag.Mode.SUM); // zeros
        }
        long[] places = new long[bags * longest];
        boolean[] outside = new boolean[places.length];
        boolean[] empty = new boolean[bags];
        for (int b = 0; b < bags; b++) {
            empty[b] = true;
            for (int i = 0; i < longest; i++) {
                int at = starts[b] + i;
                boolean inside = at < starts[b + 1] && !skipped[at];
                places[b * longest + i] = inside ? at : 0;
                outside[b * longest + i] = !inside;
                empty[b] &= !inside;
            }
        }
        Tensor padded = rows.indexSelect(0, Tensor.of(places).to(rows.device())).view(bags, longest, rows.size(1));
        Tensor filled = padded.maskedFill(Tensor.of(outside, bags, longest, 1).to(rows.device()), Double.NEGATIVE_INFINITY);
        return filled.max(1).values().maskedFill(Tensor.of(empty, bags, 1).to(rows.device()), 0);
    }

    /** The operand itself; its gradient times a factor per row, and 0, whatever it is, where the factor is 0. */
    private static final class ScaledGradient extends UnaryOp {
        private final Tensor factors;

        ScaledGradient(Tensor factors) {
            this.factors = factors;
        }

        @Override
        public String name() {
            return "embedding";
        }

        @Override
        protected Map<String, Object> attributes() {
            return Map.of();
        }

        @Override
        protected Tensor forward(Tensor x) {
            return x.viewOf(x.shape(), x.strides(), x.offset());
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g.mul(factors).maskedFill(factors.eq(0), 0);
        }
    }
}
