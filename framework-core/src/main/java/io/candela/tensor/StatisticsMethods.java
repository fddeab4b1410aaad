package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.ops.Covariance;
import io.candela.ops.Cumulative;
import io.candela.ops.Distinct;
import io.candela.ops.FiniteDifferences;
import io.candela.ops.Formulas;
import io.candela.ops.Histograms;
import io.candela.ops.Norm;
import io.candela.ops.Statistics;
import io.candela.ops.Statistics.Order;
import io.candela.ops.Trapezoids;

/**
 * Statistics and scans of {@link Tensor}. Dimensions may be negative; without any, all are reduced to one element. With {@code keepDim} a
 * reduced dimension stays, with size 1.
 */
public sealed interface StatisticsMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Sum of the elements that are not NaN. */
    default Tensor nansum(int... dims) {
        return nansum(false, dims);
    }

    /** Sum of the elements that are not NaN. */
    default Tensor nansum(boolean keepDim, int... dims) {
        return Statistics.nansum(self(), keepDim, dims);
    }

    /** Mean of the elements that are not NaN; NaN where there are none. */
    default Tensor nanmean(int... dims) {
        return nanmean(false, dims);
    }

    /** Mean of the elements that are not NaN; NaN where there are none. */
    default Tensor nanmean(boolean keepDim, int... dims) {
        return Statistics.nanmean(self(), keepDim, dims);
    }

    /** How many elements are not 0, in int64. */
    default Tensor countNonzero(int... dims) {
        return self().ne(0).sum(dims);
    }

    /** The middle element, of two the lower one; NaN if there is a NaN. Equal ones share the gradient. */
    default Tensor median() {
        return Statistics.median(self(), false);
    }

    /** Middle elements along a dimension, of two the lower one, and their positions, of equal ones the first; a NaN where there is one. */
    default ValuesAndIndices median(int dim) {
        return median(dim, false);
    }

    /** As {@link #median(int)}. */
    default ValuesAndIndices median(int dim, boolean keepDim) {
        return Statistics.alongDim("median", self(), dim, keepDim, Order.MEDIAN);
    }

    /** {@link #median()} of the elements that are not NaN. */
    default Tensor nanmedian() {
        return Statistics.median(self(), true);
    }

    /** {@link #median(int)} of the elements that are not NaN. */
    default ValuesAndIndices nanmedian(int dim) {
        return nanmedian(dim, false);
    }

    /** As {@link #nanmedian(int)}. */
    default ValuesAndIndices nanmedian(int dim, boolean keepDim) {
        return Statistics.alongDim("nanmedian", self(), dim, keepDim, Order.NANMEDIAN);
    }

    /** Most frequent elements along a dimension, of several the smallest, and their last positions. */
    default ValuesAndIndices mode(int dim) {
        return mode(dim, false);
    }

    /** As {@link #mode(int)}. */
    default ValuesAndIndices mode(int dim, boolean keepDim) {
        return Statistics.alongDim("mode", self(), dim, keepDim, Order.MODE);
    }

    /** The element below which the fraction {@code q} of all lies, interpolated linearly; NaN if there is a NaN. */
    default Tensor quantile(double q) {
        return Statistics.quantile(self(), Tensor.full(Shape.SCALAR, q, self().dtype(), self().device()), null, false, "linear", false);
    }

    /** {@link #quantile(double)} along a dimension. */
    default Tensor quantile(double q, int dim, boolean keepDim) {
        return Statistics.quantile(self(), Tensor.full(Shape.SCALAR, q, self().dtype(), self().device()), dim, keepDim, "linear", false);
    }

    /**
     * Several quantiles, in a leading dimension of the result.
     *
     * @param q             of this tensor's type; 0-d for no leading dimension
     * @param dim           null for all elements
     * @param interpolation {@code linear}, {@code lower}, {@code higher}, {@code midpoint} or {@code nearest}
     */
    default Tensor quantile(Tensor q, Integer dim, boolean keepDim, String interpolation) {
        return Statistics.quantile(self(), q, dim, keepDim, interpolation, false);
    }

    /** {@link #quantile(Tensor, Integer, boolean, String)} of the elements that are not NaN. */
    default Tensor nanquantile(Tensor q, Integer dim, boolean keepDim, String interpolation) {
        return Statistics.quantile(self(), q, dim, keepDim, interpolation, true);
    }

    /** Unbiased variance and mean of all elements. */
    default SpreadAndMean varMean() {
        return varMean(1, false);
    }

    /** Variance, divided by n − {@code correction}, and mean over dimensions. */
    default SpreadAndMean varMean(int correction, boolean keepDim, int... dims) {
        return new SpreadAndMean(self().var(correction, keepDim, dims), self().mean(keepDim, dims));
    }

    /** Standard deviation, of the unbiased variance, and mean of all elements. */
    default SpreadAndMean stdMean() {
        return stdMean(1, false);
    }

    /** Standard deviation, of a variance divided by n − {@code correction}, and mean over dimensions. */
    default SpreadAndMean stdMean(int correction, boolean keepDim, int... dims) {
        return new SpreadAndMean(self().std(correction, keepDim, dims), self().mean(keepDim, dims));
    }

    /** Smallest and largest of all elements; equal ones share the gradient. */
    default MinMax aminmax() {
        return aminmax(false);
    }

    /** Smallest and largest elements over dimensions; equal ones share the gradient. */
    default MinMax aminmax(boolean keepDim, int... dims) {
        return new MinMax(self().amin(keepDim, dims), self().amax(keepDim, dims));
    }

    /** {@code (Σ |x|ᵖ)^(1/p)} of all elements. */
    default Tensor norm(double p) {
        return Autograd.apply(new Norm(p, false), self());
    }

    /**
     * {@code (Σ |x|ᵖ)^(1/p)} over dimensions; for {@code p} 0 how many are not 0, for ±∞ the largest or smallest |x|. Its gradient at 0 is 0.
     *
     * @throws ShapeException if there is nothing to reduce and {@code p} is negative or infinite
     */
    default Tensor norm(double p, boolean keepDim, int... dims) {
        return Autograd.apply(new Norm(p, keepDim, dims), self());
    }

    /** Euclidean norm of the difference. */
    default Tensor dist(Tensor other) {
        return self().sub(other).norm();
    }

    /** Norm of order {@code p} of the difference. */
    default Tensor dist(Tensor other, double p) {
        return self().sub(other).norm(p);
    }

    /** Slices along a dimension, those whose norm of order {@code p} is above {@code maxNorm} scaled down to it. */
    default Tensor renorm(double p, int dim, double maxNorm) {
        return Statistics.renorm(self(), p, dim, maxNorm);
    }

    /** Running product along a dimension. */
    default Tensor cumprod(int dim) {
        return Cumulative.product(self(), dim);
    }

    /** Largest elements so far along a dimension, and their positions, the last of equal ones. */
    default ValuesAndIndices cummax(int dim) {
        return Cumulative.extreme(true, self(), dim);
    }

    /** Smallest elements so far along a dimension, and their positions, the last of equal ones. */
    default ValuesAndIndices cummin(int dim) {
        return Cumulative.extreme(false, self(), dim);
    }

    /** ln of the running sum of eˣ along a dimension, without overflow. */
    default Tensor logcumsumexp(int dim) {
        return Cumulative.logSumExp(self(), dim);
    }

    /** The distinct elements, sorted, with places and counts; without gradient. Each NaN counts as one of its own. */
    default UniqueValues unique() {
        return Distinct.elements(self());
    }

    /**
     * The distinct slices along a dimension, sorted by their first elements, then by their second, and so on; {@code inverse} and {@code counts} are
     * vectors. Without gradient; a slice with a NaN equals no other.
     *
     * @throws ShapeException if there are slices, but without elements
     */
    default UniqueValues unique(int dim) {
        return Distinct.slices(self(), dim);
    }

    /** The elements in row-major order, of equal neighbours one, with places and counts; without gradient. */
    default UniqueValues uniqueConsecutive() {
        return Distinct.neighbours(self());
    }

    /** The slices along a dimension, of equal neighbours one; as {@link #unique(int)}, but not sorted. */
    default UniqueValues uniqueConsecutive(int dim) {
        return Distinct.neighbours(self(), dim);
    }

    /** How many elements fall into each of {@code bins} equal parts of the range from the smallest to the largest, in this tensor's type. */
    default Tensor histc(int bins) {
        return histc(bins, 0, 0);
    }

    /** How many elements fall into each of {@code bins} equal parts of a range, both ends included; two equal ends mean the elements' range. */
    default Tensor histc(int bins, double min, double max) {
        return Statistics.histc(self(), bins, min, max);
    }

    /** Counts of the elements in {@code bins} equal parts of their range; float32 or float64. Without gradient. */
    default Histogram histogram(int bins) {
        return histogram(bins, 0, 0, null, false);
    }

    /**
     * Counts of the elements in {@code bins} equal parts of a range, whose end is in the last; others do not count.
     *
     * @param min     of the range; if it is {@code max}, the range is the elements'
     * @param weight  what each element counts, in this tensor's shape and type; null for 1
     * @param density whether the sum times the widths is made 1
     */
    default Histogram histogram(int bins, double min, double max, Tensor weight, boolean density) {
        return Histograms.equal(self(), bins, min, max, weight, density);
    }

    /** As {@link #histogram(int, double, double, Tensor, boolean)}, between rising edges of this tensor's type. */
    default Histogram histogram(Tensor edges, Tensor weight, boolean density) {
        return Histograms.of(self(), edges, weight, density);
    }

    /** {@link #gradient(double, int, int...)} of samples at distances of 1, along all dimensions, with ends of first order. */
    default Tensor[] gradient() {
        return gradient(1, 1);
    }

    /**
     * Derivatives of a function that this tensor samples, one for each dimension, in its shape.
     *
     * @param spacing   the distance of samples
     * @param edgeOrder 1 or 2: the order of the differences at the ends
     * @param dims      none for all
     * @throws ShapeException if a dimension has no more than {@code edgeOrder} elements
     */
    default Tensor[] gradient(double spacing, int edgeOrder, int... dims) {
        return FiniteDifferences.gradient(self(), spacing, edgeOrder, dims);
    }

    /** As {@link #gradient(double, int, int...)}, of samples at {@code coordinates}, a vector for each dimension, which has no gradient. */
    default Tensor[] gradient(Tensor[] coordinates, int edgeOrder, int... dims) {
        return FiniteDifferences.gradient(self(), coordinates, edgeOrder, dims);
    }

    /** How often each of the integers from 0 occurs in this tensor of one dimension, in int64. */
    default Tensor bincount() {
        return bincount(null, 0);
    }

    /**
     * As {@link #bincount()}, with at least {@code minLength} results.
     *
     * @param weights what each integer counts, in its shape; null for 1. The result is then float32 for float32 weights, else float64
     */
    default Tensor bincount(Tensor weights, int minLength) {
        return Statistics.bincount(self(), weights, minLength);
    }

    /** {@link #cumprod}, in place. */
    default Tensor cumprodInPlace(int dim) {
        return Formulas.store("cumprod", self(), x -> x.cumprod(dim));
    }

    /** {@link #renorm}, in place. */
    default Tensor renormInPlace(double p, int dim, double maxNorm) {
        return Formulas.store("renorm", self(), x -> x.renorm(p, dim, maxNorm));
    }

    /** {@link ReduceMethods#cumsum}, in place. */
    default Tensor cumsumInPlace(int dim) {
        return Formulas.store("cumsum", self(), x -> x.cumsum(dim));
    }

    /** {@link #cov(int, Tensor, Tensor)} divided by n − 1, without weights. */
    default Tensor cov() {
        return cov(1, null, null);
    }

    /**
     * Covariances of variables, the rows of {@code (variables, n)}, or the variance of {@code (n)} observations.
     *
     * @param correction       is taken from n, or from what stands for it with weights
     * @param frequencyWeights how often each observation counts, {@code (n)} of integers; null for once
     * @param weights          how much each observation counts, {@code (n)} of floating point; null for equally much
     * @return {@code (variables, variables)}; 0-d for one variable
     * @throws ShapeException if this tensor has more than two dimensions, or weights do not fit
     */
    default Tensor cov(int correction, Tensor frequencyWeights, Tensor weights) {
        return Covariance.of(self(), correction, frequencyWeights, weights);
    }

    /** Correlation coefficients of variables, the rows of {@code (variables, n)}: between −1 and 1, 1 on the diagonal. */
    default Tensor corrcoef() {
        return Covariance.correlation(self());
    }

    /** The integral along a dimension by the trapezoidal rule, for points at a distance of 1. */
    default Tensor trapezoid(int dim) {
        return trapezoid(1, dim);
    }

    /** The integral along a dimension by the trapezoidal rule, for points at a distance of {@code dx}. */
    default Tensor trapezoid(double dx, int dim) {
        return Trapezoids.areas(self(), dim).sum(dim).mul(dx);
    }

    /**
     * The integral along a dimension by the trapezoidal rule.
     *
     * @param x where the points are: in this tensor's shape, or {@code (n)} for all alike
     * @throws ShapeException if the sizes do not fit
     */
    default Tensor trapezoid(Tensor x, int dim) {
        return Trapezoids.areas(self(), x, dim).sum(dim);
    }

    /** {@link #trapezoid(double, int)} from the first point to each of the others: one element less along the dimension. */
    default Tensor cumulativeTrapezoid(double dx, int dim) {
        return Trapezoids.areas(self(), dim).cumsum(dim).mul(dx);
    }

    /** {@link #trapezoid(Tensor, int)} from the first point to each of the others: one element less along the dimension. */
    default Tensor cumulativeTrapezoid(Tensor x, int dim) {
        return Trapezoids.areas(self(), x, dim).cumsum(dim);
    }
}
