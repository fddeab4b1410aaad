package io.candela.examples;

import io.candela.io.FormatException;
import io.candela.io.data.Batch;
import io.candela.io.data.Csv;
import io.candela.io.data.DataLoader;
import io.candela.io.data.Dataset;
import io.candela.io.data.Mnist;
import io.candela.io.data.Sample;
import io.candela.io.data.Subset;
import io.candela.io.data.TensorDataset;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures of digits, float32 {@code (1, side, side)} from 0 to 1, and the digits, int64.
 *
 * @param train to learn from
 * @param test  others to test with
 * @param side  of the pictures, in pixels
 */
record DigitsData(Dataset<Sample> train, Dataset<Sample> test, int side) {
    /** The classes, in the order of the network's outputs. */
    static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    /** Of the pictures that come with the program. */
    static final int BUNDLED_SIDE = 8;

    private static final float WHITE = 16;
    private static final int AT_ONCE = 500; // pictures to test with: enough to be fast, few enough for small memories

    /** The 1797 pictures that come with the program, split at random with the default generator: 80 % to learn from, rounded down. */
    static DigitsData bundled() throws InputException {
        List<String> columns = pixels();
        columns.add("digit");
        Csv csv = CsvFiles.bundled("digits.csv", columns.toArray(String[]::new));
        Tensor digits;
        try {
            digits = csv.labels("digit", DIGITS);
        } catch (FormatException e) {
            throw new InputException(e.getMessage(), e);
        }
        TensorDataset all = new TensorDataset(pictures(CsvFiles.floats(csv)), digits);
        int train = (int) (all.size() * 8L / 10);
        List<Subset<Sample>> parts = all.randomSplit(train, all.size() - train);
        return new DigitsData(parts.get(0), parts.get(1), BUNDLED_SIDE);
    }

    /** MNIST's pictures from its files, split as they come. */
    static DigitsData mnist(Path folder) throws InputException, IOException {
        TensorDataset train;
        TensorDataset test;
        try {
            train = Mnist.train(folder);
            test = Mnist.test(folder);
        } catch (FormatException e) { // the message names the file
            throw new InputException(e.getMessage(), e);
        } catch (FileSystemException e) {
            throw InputException.unreadable(e.getFile(), e);
        }
        check(folder, train, test);
        return new DigitsData(train, test, train.tensors().get(0).size(2));
    }

    private static void check(Path folder, TensorDataset train, TensorDataset test) throws InputException {
        Tensor one = train.tensors().get(0);
        Tensor other = test.tensors().get(0);
        int side = one.size(2);
        if (side < DigitsNet.LEAST_SIDE || one.size(3) != side || other.size(2) != side || other.size(3) != side) {
            throw new InputException("%s: pictures must be square and all of one size of %d pixels or more, got %d by %d and %d by %d".formatted(folder,
                    DigitsNet.LEAST_SIDE, one.size(2), one.size(3), other.size(2), other.size(3)));
        }
        for (TensorDataset set : List.of(train, test)) {
            if (set.size() == 0) {
                throw new InputException(folder + ": there are no pictures");
            }
            long most = set.tensors().get(1).max().itemLong();
            if (most >= DIGITS.size()) {
                throw new InputException("%s: label %d is no digit".formatted(folder, most));
            }
        }
    }

    /** Pictures without digits from a CSV file such as the bundled one, {@code (n, 1, 8, 8)}. */
    static Tensor unknown(Path path) throws InputException {
        return pictures(CsvFiles.floats(CsvFiles.read(path, pixels().toArray(String[]::new))));
    }

    private static List<String> pixels() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < BUNDLED_SIDE * BUNDLED_SIDE; i++) {
            names.add("p" + i);
        }
        return names;
    }

    /** The first columns of rows as pictures. */
    private static Tensor pictures(Tensor rows) {
        return rows.slice(1, 0, BUNDLED_SIDE * BUNDLED_SIDE).div(WHITE).reshape(-1, 1, BUNDLED_SIDE, BUNDLED_SIDE);
    }

    /** A number that is another one for other pictures, in all likelihood. */
    long fingerprint() {
        return 31L * Arrays.hashCode(testing().iterator().next().input().toFloatArray()) + train.size();
    }

    /** Batches to learn from, each epoch in a new order. */
    DataLoader<Batch> training(int batchSize) {
        return DataLoader.of(train, DataLoader.options().batchSize(batchSize).shuffle(true));
    }

    /** Batches to test with; their generator of their own keeps the training's random numbers as they are. */
    DataLoader<Batch> testing() {
        return DataLoader.of(test, DataLoader.options().batchSize(AT_ONCE).generator(new Generator()));
    }
}
