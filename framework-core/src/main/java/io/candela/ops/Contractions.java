package io.candela.ops;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Products of tensors brought to matrix products, and sums of products with numbers before them. */
public final class Contractions {
    private Contractions() {}

    /** Matrix by vector. */
    public static Tensor mv(Tensor a, Tensor x) {
        if (a.dim() != 2 || x.dim() != 1) {
            throw new ShapeException("mv: a matrix and a vector are needed: lhs %s, rhs %s; matmul takes other ranks", a.shape(), x.shape());
        }
        return a.matmul(x);
    }

    /** {@code beta · c + alpha · product}; with beta 0, c is not read. */
    public static Tensor weighted(String who, Tensor c, Tensor product, double beta, double alpha) {
        if (Autocast.concerns(Autocast.Rule.LOWER, c)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> weighted(who, t[0], t[1], beta, alpha), c, product);
        }
        if (!c.shape().broadcastsTo(product.shape())) {
            throw new ShapeException("%s: %s does not broadcast to the product's shape %s", who, c.shape(), product.shape());
        }
        if (c.dtype() != product.dtype()) {
            throw new DTypeException("%s: the added tensor is %s, the product %s; convert one with to(dtype)", who, c.dtype(), product.dtype());
        }
        if (!product.dtype().isFloating() && (alpha != (long) alpha || beta != (long) beta)) {
            throw new IllegalArgumentException("%s: the factors of %s must be whole numbers, got alpha %s and beta %s".formatted(who, product.dtype(),
                    alpha, beta));
        }
        Tensor scaled = times(product, alpha);
        if (beta == 0) {
            return c.requiresGrad() && Autograd.isGradEnabled() ? scaled.add(unread(c)) : scaled; // its gradient is 0, not missing
        }
        return scaled.add(times(c, beta));
    }

    /** Zeros in the place of a tensor, also where it is not finite. */
    private static Tensor unread(Tensor c) {
        return c.maskedFill(Tensor.ones(DType.BOOL).to(c.device()), 0);
    }

    private static Tensor times(Tensor x, double factor) {
        return factor == 1 ? x : x.dtype().isFloating() ? x.mul(factor) : x.mul((long) factor);
    }

    /** The sum of a batch's matrix products. */
    public static Tensor sumOfProducts(Tensor a, Tensor b) {
        Tensor sum = Products.bmm(a, b).sum(0);
        return sum.dtype() == a.dtype() ? sum : sum.to(a.dtype());
    }

    /** Sums of products along the last dimensions of both. */
    public static Tensor inner(Tensor a, Tensor b) {
        if (a.dim() == 0 || b.dim() == 0) {
            return a.mul(b);
        }
        if (a.size(-1) != b.size(-1)) {
            throw new ShapeException("inner: last sizes differ: lhs %s, rhs %s", a.shape(), b.shape());
        }
        return tensordot(a, b, new int[] {-1}, new int[] {-1});
    }

    /** All products of two vectors' elements. */
    public static Tensor outer(Tensor a, Tensor b) {
        if (a.dim() != 1 || b.dim() != 1) {
            throw new ShapeException("outer: both operands must be vectors: lhs %s, rhs %s", a.shape(), b.shape());
        }
        return a.unsqueeze(1).mul(b.unsqueeze(0));
    }

    /** Sums of products over pairs of dimensions. */
    public static Tensor tensordot(Tensor a, Tensor b, int[] left, int[] right) {
        if (Autocast.concerns(Autocast.Rule.WIDEST_ON_CUDA, a)) {
            return Autocast.apply(Autocast.Rule.WIDEST_ON_CUDA, t -> tensordot(t[0], t[1], left, right), a, b);
        }
        if (left.length != right.length) {
            throw new ShapeException("tensordot: as many dimensions on both sides are needed, got %s and %s", Arrays.toString(left),
                    Arrays.toString(right));
        }
        int[] l = new int[left.length];
        int[] r = new int[left.length];
        boolean[] summedLeft = new boolean[a.dim()];
        boolean[] summedRight = new boolean[b.dim()];
        int inner = 1;
        for (int i = 0; i < l.length; i++) {
            l[i] = a.shape().wrap("tensordot", left[i]);
            r[i] = b.shape().wrap("tensordot", right[i]);
            if (a.size(l[i]) != b.size(r[i])) {
                throw new ShapeException("tensordot: dimension %d of lhs %s and dimension %d of rhs %s differ", l[i], a.shape(), r[i], b.shape());
            }
            if (summedLeft[l[i]] || summedRight[r[i]]) {
                throw new ShapeException("tensordot: a dimension is named twice in %s or %s", Arrays.toString(left), Arrays.toString(right));
            }
            summedLeft[l[i]] = true;
            summedRight[r[i]] = true;
            inner *= a.size(l[i]);
        }
        int[] orderA = new int[a.dim()];
        int[] orderB = new int[b.dim()];
        int[] out = new int[a.dim() + b.dim() - 2 * l.length];
        int n = 0;
        int rows = 1;
        for (int i = 0; i < a.dim(); i++) {
            if (!summedLeft[i]) {
                orderA[n] = i;
                out[n++] = a.size(i);
                rows *= a.size(i);
            }
        }
        System.arraycopy(l, 0, orderA, n, l.length);
        System.arraycopy(r, 0, orderB, 0, r.length);
        int columns = 1;
        for (int i = 0, at = r.length; i < b.dim(); i++) {
            if (!summedRight[i]) {
                orderB[at++] = i;
                out[n++] = b.size(i);
                columns *= b.size(i);
            }
        }
        return a.permute(orderA).reshape(rows, inner).matmul(b.permute(orderB).reshape(inner, columns)).reshape(out);
    }

    /** Sums of products over the last {@code dims} dimensions of the left and the first of the right operand. */
    public static Tensor tensordot(Tensor a, Tensor b, int dims) {
        if (dims < 0 || dims > a.dim() || dims > b.dim()) {
            throw new ShapeException("tensordot: 0 to %d dimensions can be summed for lhs %s and rhs %s, got %d", Math.min(a.dim(), b.dim()),
                    a.shape(), b.shape(), dims);
        }
        int[] left = new int[dims];
        int[] right = new int[dims];
        for (int i = 0; i < dims; i++) {
            left[i] = a.dim() - dims + i;
            right[i] = i;
        }
        return tensordot(a, b, left, right);
    }

    /** Kronecker's product: every element of the left operand replaced by its product with the right one. */
    public static Tensor kron(Tensor a, Tensor b) {
        int rank = Math.max(a.dim(), b.dim());
        int[] left = new int[2 * rank];
        int[] right = new int[2 * rank];
        int[] out = new int[rank];
        for (int i = 0; i < rank; i++) {
            int m = i < rank - a.dim() ? 1 : a.size(i - rank + a.dim());
            int n = i < rank - b.dim() ? 1 : b.size(i - rank + b.dim());
            left[2 * i] = m;
            left[2 * i + 1] = 1;
            right[2 * i] = 1;
            right[2 * i + 1] = n;
            out[i] = Math.multiplyExact(m, n);
        }
        return a.reshape(left).mul(b.reshape(right)).reshape(out);
    }

    /** Cross products along a dimension of size 3. */
    public static Tensor cross(Tensor a, Tensor b, int dim) {
        if (a.dim() != b.dim()) {
            throw new ShapeException("cross: operands must have as many dimensions as each other: lhs %s, rhs %s", a.shape(), b.shape());
        }
        Shape shape = Shape.broadcast("cross", a.shape(), b.shape());
        int d = shape.wrap("cross", dim);
        if (shape.rank() == 0 || a.size(d) != 3 || b.size(d) != 3) {
            throw new ShapeException("cross: dimension %d must have size 3: lhs %s, rhs %s", dim, a.shape(), b.shape());
        }
        Tensor x = a.expand(shape.toArray());
        Tensor y = b.expand(shape.toArray());
        return x.roll(-1, d).mul(y.roll(-2, d)).sub(x.roll(-2, d).mul(y.roll(-1, d)));
    }

    /** Sums of products along a dimension, the others broadcast. */
    public static Tensor vecdot(Tensor a, Tensor b, int dim) {
        if (Autocast.concerns(Autocast.Rule.LOWER, a)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> vecdot(t[0], t[1], dim), a, b);
        }
        Matmul.checkTypes("vecdot", a, b);
        Matrices.checkFloating("vecdot", a);
        return a.mul(b).sum(dim);
    }

    /** Powers of the elements, rising from 0, in a new last dimension. */
    public static Tensor vander(Tensor x, int n) {
        if (x.dim() == 0) {
            throw new ShapeException("vander: at least one dimension is needed, got (); use reshape(1)");
        }
        if (n < 2) {
            throw new IllegalArgumentException("vander: n must be 2 or more, got " + n);
        }
        Tensor powers = x.unsqueeze(-1).expand(x.shape().append(n - 1).toArray()).cumprod(-1);
        return Tensor.cat(-1, x.onesLike().unsqueeze(-1), powers);
    }

    /** The product of several matrices in the cheapest order; the first and last may be vectors. */
    public static Tensor multiDot(Tensor... xs) {
        int n = xs.length;
        if (n < 2) {
            throw new ShapeException("multiDot: at least two operands are needed, got %d", n);
        }
        Tensor[] m = xs.clone();
        boolean row = xs[0].dim() == 1;
        boolean column = xs[n - 1].dim() == 1;
        m[0] = row ? m[0].unsqueeze(0) : m[0];
        m[n - 1] = column ? m[n - 1].unsqueeze(1) : m[n - 1];
        for (int i = 0; i < n; i++) {
            if (m[i].dim() != 2 || i > 0 && m[i - 1].size(1) != m[i].size(0)) {
                throw new ShapeException("multiDot: operand %d of shape %s does not fit into a chain of matrices", i, xs[i].shape());
            }
        }
        double[][] cost = new double[n][n];
        int[][] cut = new int[n][n];
        for (int length = 2; length <= n; length++) {
            for (int i = 0; i + length <= n; i++) {
                int j = i + length - 1;
                cost[i][j] = Double.POSITIVE_INFINITY;
                for (int k = i; k < j; k++) {
                    double c = cost[i][k] + cost[k + 1][j] + (double) m[i].size(0) * m[k].size(1) * m[j].size(1);
                    if (c < cost[i][j]) {
                        cost[i][j] = c;
                        cut[i][j] = k;
                    }
                }
            }
        }
        Tensor out = product(m, cut, 0, n - 1);
        out = row ? out.squeeze(0) : out;
        return column ? out.squeeze(-1) : out;
    }

    private static Tensor product(Tensor[] m, int[][] cut, int from, int to) {
        return from == to ? m[from] : product(m, cut, from, cut[from][to]).matmul(product(m, cut, cut[from][to] + 1, to));
    }
}
