package io.candela.examples;

import io.candela.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads flowers from CSV files: a header line with the columns' names, then a flower per line. Nothing is skipped or guessed: a cell that is
 * missing, no number or no species, a line with too few or too many cells, and a file without flowers are refused with file, line, column and
 * value. Empty lines count for nothing.
 */
final class IrisCsv {
    private static final List<String> MEASUREMENTS = List.of("sepal_length", "sepal_width", "petal_length", "petal_width");
    private static final List<String> LABELLED = List.of("sepal_length", "sepal_width", "petal_length", "petal_width", "species");
    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).setIgnoreSurroundingSpaces(true).get();

    private final String file;
    private final List<String> columns;
    private final List<float[]> measurements = new ArrayList<>();
    private final List<Integer> species = new ArrayList<>();

    private IrisCsv(String file, List<String> columns) {
        this.file = file;
        this.columns = columns;
    }

    /** The 150 flowers that come with the program. */
    static IrisData bundled() throws InputException {
        IrisCsv csv = new IrisCsv("iris.csv", LABELLED);
        csv.read(() -> new BufferedReader(new InputStreamReader(IrisCsv.class.getResourceAsStream("iris.csv"), StandardCharsets.UTF_8)));
        return csv.flowers();
    }

    /** Flowers from a file with species. */
    static IrisData flowers(Path path) throws InputException {
        IrisCsv csv = new IrisCsv(path.toString(), LABELLED);
        csv.read(() -> Files.newBufferedReader(path));
        return csv.flowers();
    }

    /** Measurements, {@code (rows, 4)}, from a file without species. */
    static Tensor measurements(Path path) throws InputException {
        IrisCsv csv = new IrisCsv(path.toString(), MEASUREMENTS);
        csv.read(() -> Files.newBufferedReader(path));
        return csv.input();
    }

    private IrisData flowers() {
        return new IrisData(input(), Tensor.of(species.stream().mapToLong(Integer::longValue).toArray()));
    }

    private Tensor input() {
        return Tensor.of(measurements.toArray(float[][]::new));
    }

    private interface Source {
        Reader open() throws IOException;
    }

    private void read(Source source) throws InputException {
        try (Reader reader = source.open(); CSVParser lines = FORMAT.parse(reader)) {
            boolean header = true;
            for (CSVRecord line : lines) {
                long number = lines.getCurrentLineNumber();
                if (header) {
                    checkHeader(line, number);
                    header = false;
                } else {
                    addFlower(line, number);
                }
            }
        } catch (UncheckedIOException e) { // thrown by the iterator
            throw InputException.unreadable(file, e.getCause());
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
        if (measurements.isEmpty()) {
            throw new InputException("%s: there are no rows; expected the header %s and a row per flower".formatted(file, String.join(",", columns)));
        }
    }

    private void checkHeader(CSVRecord line, long number) throws InputException {
        checkWidth(line, number);
        for (int i = 0; i < columns.size(); i++) {
            String cell = i == 0 ? withoutMark(line.get(i)) : line.get(i);
            if (!cell.equals(columns.get(i))) {
                throw error(number, Integer.toString(i + 1), "\"%s\" is not the header %s; the file must start with %s".formatted(cell, columns.get(i),
                        String.join(",", columns)));
            }
        }
    }

    /** Without the byte order mark that some programs put before the first letter. */
    private static String withoutMark(String cell) {
        return cell.startsWith("\uFEFF") ? cell.substring(1) : cell;
    }

    private void addFlower(CSVRecord line, long number) throws InputException {
        checkWidth(line, number);
        float[] values = new float[MEASUREMENTS.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(line.get(i), number, columns.get(i));
        }
        measurements.add(values);
        if (columns == LABELLED) {
            species.add(species(line.get(values.length), number));
        }
    }

    private void checkWidth(CSVRecord line, long number) throws InputException {
        int expected = columns.size();
        if (line.size() < expected) {
            throw error(number, columns.get(line.size()), "the cell is missing; the line has %d of %d cells: \"%s\"".formatted(line.size(), expected,
                    String.join(",", line.values())));
        }
        if (line.size() > expected) {
            throw error(number, Integer.toString(expected + 1), "\"%s\" is too much; a line has %d cells".formatted(line.get(expected), expected));
        }
    }

    private float number(String cell, long line, String column) throws InputException {
        if (cell.isEmpty()) {
            throw error(line, column, "\"\" is not a number; the cell is empty");
        }
        try {
            float value = new BigDecimal(cell).floatValue(); // stricter than parseFloat, which takes 1f, NaN and 0x1p3
            if (Float.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw error(line, column, "\"%s\" is not a number".formatted(cell));
    }

    private int species(String cell, long line) throws InputException {
        int position = IrisData.SPECIES.indexOf(cell);
        if (position < 0) {
            throw error(line, "species", "\"%s\" is not one of %s".formatted(cell, String.join(", ", IrisData.SPECIES)));
        }
        return position;
    }

    private InputException error(long line, String column, String what) {
        return new InputException("%s, line %d, column %s: %s".formatted(file, line, column, what));
    }
}
