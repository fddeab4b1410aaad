package io.candela.examples;

import io.candela.io.FormatException;
import io.candela.io.data.Csv;
import io.candela.tensor.Tensor;
import java.nio.file.Path;

/** Reads flowers from CSV files; bad rows are refused with file, line, column and value. */
final class IrisCsv {
    private static final String[] MEASUREMENTS = {"sepal_length", "sepal_width", "petal_length", "petal_width"};
    private static final String[] LABELLED = {"sepal_length", "sepal_width", "petal_length", "petal_width", "species"};

    private IrisCsv() {}

    /** The 150 flowers that come with the program. */
    static IrisData bundled() throws InputException {
        return flowers(CsvFiles.bundled("iris.csv", LABELLED));
    }

    /** Flowers from a file with species. */
    static IrisData flowers(Path path) throws InputException {
        return flowers(CsvFiles.read(path, LABELLED));
    }

    private static IrisData flowers(Csv csv) throws InputException {
        try {
            return new IrisData(csv.floats(MEASUREMENTS), csv.labels("species", IrisData.SPECIES));
        } catch (FormatException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    /** Measurements, {@code (rows, 4)}, from a file without species. */
    static Tensor measurements(Path path) throws InputException {
        return CsvFiles.floats(CsvFiles.read(path, MEASUREMENTS));
    }
}
