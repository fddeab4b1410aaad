package io.candela.examples;

import io.candela.io.data.Batch;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Flowers: their measurements and their species.
 *
 * @param input  sepal length and width, petal length and width in cm, float32 {@code (rows, 4)}
 * @param target positions in {@link #SPECIES}, int64 {@code (rows)}
 */
record IrisData(Tensor input, Tensor target) {
    /** The classes, in the order of the network's outputs. */
    static final List<String> SPECIES = List.of("setosa", "versicolor", "virginica");

    /** How many flowers. */
    int size() {
        return input.size(0);
    }

    /** The flowers at the given positions, in that order: a copy. */
    IrisData rows(Tensor positions) {
        return new IrisData(input.indexSelect(0, positions), target.indexSelect(0, positions));
    }

    /** A number that is another one for other flowers, in all likelihood. */
    long fingerprint() {
        return 31L * Arrays.hashCode(input.toFloatArray()) + Arrays.hashCode(target.toLongArray());
    }

    /** Flowers to learn from, and others to test with. */
    record Split(IrisData train, IrisData test) {}

    /** Splits at random, with the default generator: 70 % to learn from, rounded down, the rest to test with. */
    Split split() {
        int train = (int) (size() * 7L / 10);
        Tensor order = Tensor.randperm(size());
        return new Split(rows(order.slice(0, 0, train)), rows(order.slice(0, train, size())));
    }

    /** All flowers in one batch. */
    Batch batch() {
        return new Batch(List.of(input, target));
    }
}
