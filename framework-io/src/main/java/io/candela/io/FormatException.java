package io.candela.io;

import java.io.IOException;
import java.util.Locale;

/**
 * A file's contents are damaged, hostile, or of a kind that is not supported. The message names the file, the byte, what was found and what
 * was expected: {@code model.pth, byte 1042: pickle asks for global os.system, which is not on the allow-list}.
 */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /**
     * Makes the message with {@link String#format}, after the file's name and the offset.
     *
     * @param file   the file's name
     * @param offset the byte where the problem is, counted from the start of the file
     * @param format a format string
     * @param values its arguments
     */
    public FormatException(String file, long offset, String format, Object... values) {
        super(file + ", byte " + offset + ": " + String.format(Locale.ROOT, format, values));
        this.file = file;
        this.offset = offset;
    }

    private FormatException(String message, String file, long offset) {
        super(message);
        this.file = file;
        this.offset = offset;
    }

    /**
     * For text files, whose message names line and column instead of the byte: {@code flowers.csv, line 3, column species: ...}.
     *
     * @param file    the file's name
     * @param offset  the byte where the line starts, counted from the start of the file
     * @param line    counted from 1
     * @param column  its name or number
     * @param problem what was found there
     */
    public static FormatException inText(String file, long offset, long line, String column, String problem) {
        return new FormatException("%s, line %d, column %s: %s".formatted(file, line, column, problem), file, offset);
    }

    /** The name of the file, without its folder. */
    public String file() {
        return file;
    }

    /** The byte where the problem is, counted from the start of the file. */
    public long offset() {
        return offset;
    }
}
