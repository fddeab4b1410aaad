package io.candela.nn;

import io.candela.tensor.Tensor;

/** Splits a dimension into several: {@code (n, 784)} to {@code (n, 28, 28)}. A view. */
public final class Unflatten extends HookedLayer {
    private final int dim;
    private final int[] unflattenedSize;

    /**
     * With the dimension to split, which may be negative.
     *
     * @param unflattenedSize the new sizes; one may be −1 and is computed
     */
    public Unflatten(int dim, int... unflattenedSize) {
        this.dim = dim;
        this.unflattenedSize = unflattenedSize.clone();
    }

    @Override
    Tensor compute(Tensor x) {
        return x.unflatten(dim, unflattenedSize);
    }

    @Override
    protected String describe() {
        return "dim=" + dim + ", unflattened_size=" + ModulePrinter.tuple(unflattenedSize);
    }
}
