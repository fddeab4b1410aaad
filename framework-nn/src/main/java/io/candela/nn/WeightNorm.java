package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.stream.IntStream;

/** {@code g · v / |v|}, the norm taken for each index of a dimension; of {@link Parametrizations#weightNorm}. */
final class WeightNorm extends Factorization {
    private final Integer dim; // null for one norm of all

    WeightNorm(Integer dim) {
        this.dim = dim;
    }

    @Override
    public Tensor forward(Tensor... originals) {
        Tensor g = originals[0];
        Tensor v = originals[1];
        return v.mul(g.div(norm(v)));
    }

    @Override
    public Tensor[] rightInverse(Tensor value) {
        return new Tensor[] {norm(value), value};
    }

    private Tensor norm(Tensor v) {
        if (dim == null) {
            return v.norm();
        }
        int kept = dim < 0 ? dim + v.dim() : dim;
        int[] others = IntStream.range(0, v.dim()).filter(d -> d != kept).toArray();
        return others.length == 0 ? v.abs() : v.norm(true, others); // without dimensions, norm would take all
    }

    @Override
    String typeName() {
        return "_WeightNorm";
    }
}
