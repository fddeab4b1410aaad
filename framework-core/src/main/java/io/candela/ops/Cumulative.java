package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.autograd.Saved;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiConsumer;

/** Running sums, products, extremes and logarithms of sums along a dimension. */
public final class Cumulative {
    private Cumulative() {}

    /** Running sum; of integers and bools in int64. */
    public static Tensor sum(Tensor x, int dim) {
        int d = x.shape().wrap("cumsum", dim);
        Tensor input = x.dtype().isFloating() ? x : x.to(DType.INT64);
        return x.dim() == 0 ? input.clone() : Autograd.apply(new Sum(d), input);
    }

    /** Running product; of integers and bools in int64. */
    public static Tensor product(Tensor x, int dim) {
        int d = x.shape().wrap("cumprod", dim);
        Tensor input = x.dtype().isFloating() ? x : x.to(DType.INT64);
        return x.dim() == 0 ? input.clone() : Autograd.apply(new Product(d), input);
    }

    /** ln of the running sum of eˣ. */
    public static Tensor logSumExp(Tensor x, int dim) {
        int d = x.shape().wrap("logcumsumexp", dim);
        if (!x.dtype().isFloating()) {
            throw new DTypeException("logcumsumexp: needs floating point, got %s; convert with to(DType.FLOAT32)", x.dtype());
        }
        return x.dim() == 0 ? x.clone() : Autograd.apply(new LogSumExp(d), x);
    }

    /** Largest or smallest element so far, with its position: the last of several. */
    public static ValuesAndIndices extreme(boolean largest, Tensor x, int dim) {
        int d = x.shape().wrap(largest ? "cummax" : "cummin", dim);
        if (x.dim() == 0) {
            return new ValuesAndIndices(x.clone(), Tensor.zeros(Shape.SCALAR, DType.INT64, x.device()));
        }
        Tensor last = x.detach().transpose(d, -1);
        Tensor indices = Tensor.empty(last.shape(), DType.INT64, x.device());
        Backend.of(x).reduce().cumulativeExtreme(largest, last, indices);
        Reference.reachabilityFence(x);
        Tensor index = indices.transpose(d, -1).contiguous();
        return new ValuesAndIndices(x.gather(d, index), index);
    }

    /** A kernel along another dimension than the last. */
    private static Tensor scan(Tensor a, int dim, BiConsumer<Tensor, Tensor> kernel) {
        Tensor last = a.transpose(dim, -1);
        if (Backend.of(a).reduce().scansAnyOrder()) {
            Tensor out = Tensor.empty(a.shape(), a.dtype(), a.device());
            kernel.accept(last, out.transpose(dim, -1));
            return out;
        }
        Tensor out = Tensor.empty(last.shape(), a.dtype(), a.device());
        kernel.accept(last, out);
        return out.transpose(dim, -1).contiguous();
    }

    /** What comes later along a dimension, summed. */
    private static Tensor reverseSum(Tensor x, int dim) {
        return x.flip(dim).cumsum(dim).flip(dim);
    }

    private static final class Sum extends UnaryOp {
        private final int dim;

        Sum(int dim) {
            this.dim = dim;
        }

        @Override
        public String name() {
            return "cumsum";
        }

        @Override
        protected Map<String, Object> attributes() {
            return Map.of("dim", dim);
        }

        @Override
        protected Tensor forward(Tensor a) {
            return scan(a, dim, Backend.of(a).reduce()::cumulativeSum);
        }

        @Override
        protected Tensor grad(Tensor g) {
            return reverseSum(g, dim);
        }
    }

    private static final class Product extends UnaryOp {
        private final int dim;
        private Saved x;

        Product(int dim) {
            this.dim = dim;
        }

        @Override
        public String name() {
            return "cumprod";
        }

        @Override
        protected Tensor forward(Tensor a) {
            x = saveFor(LHS, a);
            return scan(a, dim, Backend.of(a).reduce()::cumulativeProduct);
        }

        @Override
        protected Tensor grad(Tensor g) {
            Tensor a = x.get();
            Tensor zero = a.eq(0);
            if (zero.any().item() == 0) {
                return reverseSum(g.mul(a.cumprod(dim)), dim).div(a);
            }
            return Autograd.isGradEnabled() ? gradOneByOne(g, a) : gradAroundZeros(g, a, zero);
        }

        /** Before the first zero as without; at it, the products without it; behind it every product has a factor 0. Its own gradient is wrong. */
        private Tensor gradAroundZeros(Tensor g, Tensor a, Tensor zero) {
            Tensor zeros = zero.cumsum(dim);
            Tensor first = zero.logicalAnd(zeros.eq(1));
            Tensor before = reverseSum(g.mul(a.cumprod(dim)), dim).div(a).maskedFill(zeros.gt(0), 0);
            Tensor without = reverseSum(g.mul(a.maskedFill(first, 1).cumprod(dim)), dim);
            return without.where(first, before);
        }

        /** For each element the products with 1 in its place: quadratic, but right for second derivatives too. */
        private Tensor gradOneByOne(Tensor g, Tensor a) {
            int n = a.size(dim);
            Tensor[] parts = new Tensor[n];
            Tensor places = Tensor.arange(n).to(a.device());
            int[] along = new int[a.dim()];
            Arrays.fill(along, 1);
            along[dim] = n;
            for (int k = 0; k < n; k++) {
                Tensor here = places.eq(k).view(along);
                Tensor products = a.maskedFill(here, 1).cumprod(dim);
                parts[k] = g.mul(products).narrow(dim, k, n - k).sum(true, dim);
            }
            return Tensor.cat(dim, parts);
        }
    }

    private static final class LogSumExp extends UnaryOp {
        private final int dim;
        private Saved x;
        private Saved y;

        LogSumExp(int dim) {
            this.dim = dim;
        }

        @Override
        public String name() {
            return "logcumsumexp";
        }

        @Override
        protected Tensor forward(Tensor a) {
            Tensor result = scan(a, dim, Backend.of(a).reduce()::cumulativeLogSumExp);
            x = saveFor(LHS, a);
            y = saveResult(result);
            return result;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return Autograd.isGradEnabled() ? gradByPairs(g) : part(g).sub(part(g.neg()));
        }

        /** What the positive gradients contribute, summed as logarithms, so that nothing overflows. */
        private Tensor part(Tensor g) {
            Tensor logs = g.clamp(0, Double.POSITIVE_INFINITY).log().sub(y.get());
            return logs.flip(dim).logcumsumexp(dim).flip(dim).add(x.get()).exp();
        }

        /** Σ gᵢ exp(xₖ − yᵢ) over i ≥ k from all pairs: quadratic, but right for second derivatives too. */
        private Tensor gradByPairs(Tensor g) {
            Tensor from = x.get().transpose(dim, -1).unsqueeze(-1);
            Tensor to = y.get().transpose(dim, -1).unsqueeze(-2);
            Tensor places = Tensor.arange(x.get().size(dim)).to(g.device());
            Tensor earlier = places.unsqueeze(0).lt(places.unsqueeze(1));
            Tensor weights = from.sub(to).maskedFill(earlier, Double.NEGATIVE_INFINITY).exp();
            return weights.mul(g.transpose(dim, -1).unsqueeze(-2)).sum(-1).transpose(dim, -1);
        }
    }
}
