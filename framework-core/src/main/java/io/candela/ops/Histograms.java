package io.candela.ops;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Histogram;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Counts of elements between edges. */
public final class Histograms {
    private Histograms() {}

    /** Bins of one width. Two equal ends stand for the elements' range. */
    public static Histogram equal(Tensor x, int bins, double min, double max, Tensor weight, boolean density) {
        check(x, weight);
        if (bins <= 0) {
            throw new IllegalArgumentException("histogram: bins must be 1 or more, got " + bins);
        }
        double low = min;
        double high = max;
        if (low == high && x.numel() > 0) {
            low = x.min().item();
            high = x.max().item();
        } else if (low == high) {
            high = low + 1;
        }
        if (!(Double.isFinite(low) && Double.isFinite(high) && low <= high)) {
            throw new IllegalArgumentException("histogram: the range must be finite and rising, got %s to %s".formatted(low, high));
        }
        if (low == high) {
            low -= 0.5;
            high += 0.5;
        }
        Tensor edges = Tensor.linspace(x.dtype(), low, high, bins + 1).to(x.device());
        return between(x, edges, weight, density);
    }

    /** Bins between given edges. */
    public static Histogram of(Tensor x, Tensor edges, Tensor weight, boolean density) {
        check(x, weight);
        if (edges.dim() != 1 || edges.numel() < 2 || edges.dtype() != x.dtype()) {
            throw new IllegalArgumentException("histogram: edges must be two or more numbers in one dimension of type %s, got %s of %s".formatted(x.dtype(),
                    edges.shape(), edges.dtype()));
        }
        return between(x, edges, weight, density);
    }

    private static void check(Tensor x, Tensor weight) {
        if (x.dtype() != DType.FLOAT32 && x.dtype() != DType.FLOAT64) {
            throw new DTypeException("histogram: needs float32 or float64, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        if (weight != null && weight.dtype() != x.dtype()) {
            throw new DTypeException("histogram: weights must have the elements' type %s, got %s", x.dtype(), weight.dtype());
        }
        if (weight != null && !weight.shape().equals(x.shape())) {
            throw new ShapeException("histogram: weights %s must have the elements' shape %s", weight.shape(), x.shape());
        }
    }

    private static Histogram between(Tensor x, Tensor edges, Tensor weight, boolean density) {
        double[] values = x.toDoubleArray();
        double[] weights = weight == null ? null : weight.toDoubleArray();
        double[] ends = edges.toDoubleArray();
        double[] counts = new double[ends.length - 1];
        for (int i = 0; i < values.length; i++) {
            if (values[i] >= ends[0] && values[i] <= ends[counts.length]) {
                counts[bin(ends, values[i])] += weights == null ? 1 : weights[i];
            }
        }
        Tensor hist = Tensor.of(counts, counts.length).to(x.dtype()).to(x.device());
        return new Histogram(density ? hist.div(hist.sum()).div(edges.detach().diff()) : hist, edges);
    }

    /** The last bin that begins at or before the value; the last end is in the last bin. */
    private static int bin(double[] ends, double value) {
        int low = 0;
        int high = ends.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
