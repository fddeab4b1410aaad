package io.candela.io.data;

import io.candela.io.FormatException;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A CSV file (RFC 4180, UTF-8) with a header line of column names, as a whole in memory. Nothing is skipped or guessed: a line with too few or too
 * many cells, and a cell that is no number or no known label, are refused with file, line, column and value. Empty lines count for nothing, nor do
 * spaces around cells and a byte order mark.
 */
public final class Csv {
    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).setIgnoreSurroundingSpaces(true).get();
    private static final String MARK = "\uFEFF";

    /** A line of data: its cells, its number from 1, and the character at which it starts. */
    private record Row(String[] cells, long line, long start) {
    }

    private final String file;
    private final String text; // without the mark
    private final int mark;    // its bytes
    private final List<String> expected; // empty if any header will do
    private final List<Row> rows = new ArrayList<>();
    private List<String> columns = List.of();

    private Csv(String file, String text, String... header) {
        this.file = file;
        this.text = text.startsWith(MARK) ? text.substring(MARK.length()) : text;
        this.mark = text.startsWith(MARK) ? MARK.getBytes(StandardCharsets.UTF_8).length : 0;
        this.expected = List.of(header);
    }

    /**
     * Reads a file.
     *
     * @param header the columns that the file must have, in this order; any will do if none are given
     * @throws FormatException if the header is another one, there are no rows, or a line has too few or too many cells
     * @throws IOException     if the file cannot be read, or is not UTF-8 ({@link java.nio.charset.CharacterCodingException})
     */
    public static Csv read(Path path, String... header) throws IOException {
        return parse(String.valueOf(path.getFileName()), Files.readString(path), header);
    }

    /**
     * Reads text.
     *
     * @param name   stands for a file's name in messages
     * @param header as in {@link #read}
     * @throws FormatException as {@link #read}
     */
    public static Csv parse(String name, String text, String... header) throws FormatException {
        Csv csv = new Csv(name, text, header);
        try (CSVParser lines = CSVParser.parse(csv.text, FORMAT)) {
            for (CSVRecord line : lines) {
                csv.add(line, lines.getCurrentLineNumber());
            }
        } catch (UncheckedIOException e) { // thrown by the iterator: quotes do not match
            throw csv.error(csv.text.length(), csv.text.lines().count(), "1", e.getCause().getMessage());
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) { // text in memory is always there
            throw new UncheckedIOException(e);
        }
        if (csv.rows.isEmpty()) {
            throw csv.error(0, 1, "1", csv.expected.isEmpty() ? "there are no rows" : "there are no rows; expected the header %s and a line per row".formatted(
                    String.join(",", csv.expected)));
        }
        return csv;
    }

    private void add(CSVRecord record, long line) throws FormatException {
        Row row = new Row(record.values(), line, record.getCharacterPosition());
        if (columns.isEmpty()) {
            columns = expected.isEmpty() ? List.of(row.cells) : expected;
            checkWidth(row);
            for (int i = 0; i < columns.size(); i++) {
                if (!row.cells[i].equals(columns.get(i))) {
                    throw error(row, i + 1, "\"%s\" is not the header %s; the file must start with %s".formatted(row.cells[i], columns.get(i),
                            String.join(",", columns)));
                }
            }
        } else {
            checkWidth(row);
            rows.add(row);
        }
    }

    private void checkWidth(Row row) throws FormatException {
        int there = row.cells.length;
        if (there < columns.size()) {
            throw error(row, columns.get(there), "the cell is missing; the line has %d of %d cells: \"%s\"".formatted(there, columns.size(),
                    String.join(",", row.cells)));
        }
        if (there > columns.size()) {
            throw error(row, columns.size() + 1, "\"%s\" is too much; a line has %d cells".formatted(row.cells[columns.size()], columns.size()));
        }
    }

    /** The columns' names, in order. */
    public List<String> columns() {
        return columns;
    }

    /** How many rows, without the header. */
    public int rows() {
        return rows.size();
    }

    /**
     * A cell as it stands in the file.
     *
     * @throws IllegalArgumentException if there is no such column
     */
    public String cell(int row, String column) {
        return rows.get(row).cells[position(column)];
    }

    /**
     * Columns of numbers, float32 {@code (rows, columns)}.
     *
     * @param names the columns; all if none are given
     * @throws FormatException if a cell is no finite decimal number
     * @throws IllegalArgumentException if there is no such column
     */
    public Tensor floats(String... names) throws FormatException {
        int[] positions = positions(names);
        float[] values = new float[Math.multiplyExact(rows.size(), positions.length)];
        int next = 0;
        for (Row row : rows) {
            for (int position : positions) {
                values[next++] = number(row, position);
            }
        }
        return Tensor.of(values, rows.size(), positions.length);
    }

    /**
     * A column of labels as their positions in {@code classes}, int64 {@code (rows)}.
     *
     * @throws FormatException if a cell is none of them
     * @throws IllegalArgumentException if there is no such column
     */
    public Tensor labels(String column, List<String> classes) throws FormatException {
        int position = position(column);
        Map<String, Integer> numbers = new HashMap<>();
        classes.forEach(name -> numbers.put(name, numbers.size()));
        long[] labels = new long[rows.size()];
        for (int i = 0; i < labels.length; i++) {
            Row row = rows.get(i);
            Integer number = numbers.get(row.cells[position]);
            if (number == null) {
                throw error(row, column, "\"%s\" is not one of %s".formatted(row.cells[position], String.join(", ", classes)));
            }
            labels[i] = number;
        }
        return Tensor.of(labels);
    }

    private int[] positions(String... names) {
        int[] positions = new int[names.length == 0 ? columns.size() : names.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = names.length == 0 ? i : position(names[i]);
        }
        return positions;
    }

    private int position(String column) {
        int position = columns.indexOf(column);
        if (position < 0) {
            throw new IllegalArgumentException("%s has no column %s, only %s".formatted(file, column, String.join(", ", columns)));
        }
        return position;
    }

    private float number(Row row, int position) throws FormatException {
        String cell = row.cells[position];
        if (cell.isEmpty()) {
            throw error(row, columns.get(position), "\"\" is not a number; the cell is empty");
        }
        if (cell.length() == 1 && cell.charAt(0) >= '0' && cell.charAt(0) <= '9') { // most cells of pictures
            return cell.charAt(0) - '0';
        }
        try {
            float value = new BigDecimal(cell).floatValue(); // stricter than parseFloat, which takes 1f, NaN and 0x1p3
            if (Float.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw error(row, columns.get(position), "\"%s\" is not a number".formatted(cell));
    }

    private FormatException error(Row row, Object column, String problem) {
        return error(row.start, row.line, column, problem);
    }

    private FormatException error(long start, long line, Object column, String problem) {
        long offset = mark + text.substring(0, (int) start).getBytes(StandardCharsets.UTF_8).length; // counted only on failure
        return FormatException.inText(file, offset, line, column.toString(), problem);
    }
}
