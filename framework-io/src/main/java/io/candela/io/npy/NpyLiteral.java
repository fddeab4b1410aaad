package io.candela.io.npy;

import io.candela.io.ElementType;
import io.candela.io.FileSource;
import io.candela.io.FormatException;
import java.util.ArrayList;
import java.util.List;

/** Reads the header's text: a Python dict with {@code descr}, {@code fortran_order} and {@code shape}, in any order. Nothing else is taken. */
final class NpyLiteral {
    private static final int MAX_DIMENSIONS = 64; // NumPy's own limit

    private final String text;
    private final FileSource file;
    private final long start;
    private int at;

    NpyLiteral(String text, FileSource file, long start) {
        this.text = text;
        this.file = file;
        this.start = start;
    }

    NpyHeader header(int bytes) throws FormatException {
        String descr = null;
        Boolean fortran = null;
        long[] shape = null;
        expect('{');
        while (!accept('}')) {
            String key = string("a key");
            expect(':');
            if (key.equals("descr") && descr == null) {
                descr = descr();
            } else if (key.equals("fortran_order") && fortran == null) {
                fortran = flag();
            } else if (key.equals("shape") && shape == null) {
                shape = shape();
            } else {
                throw fail("header of a NumPy array must have descr, fortran_order and shape once each, got '%s'", shorten(key));
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (at < text.length() || descr == null || fortran == null || shape == null) {
            throw fail("header of a NumPy array must be one dict with descr, fortran_order and shape");
        }
        ElementType type = NumpyTypes.ofCode(descr.substring(1));
        if (type == null) {
            throw fail("NumPy array has dtype '%s', which holds no numbers that are known", shorten(descr));
        }
        return new NpyHeader(type, descr.charAt(0) == '>' && type.bytes() > 1, fortran, shape, bytes);
    }

    private String descr() throws FormatException {
        skipSpace();
        if (at < text.length() && (text.charAt(at) == '[' || text.charAt(at) == '(')) {
            throw fail("NumPy array has records of several fields, which are not supported");
        }
        String descr = string("descr");
        if (descr.startsWith("|O") || descr.equals("O")) {
            throw fail("NumPy array holds Python objects, which only Python could unpickle, running their code; that is not supported");
        }
        if (descr.length() < 2 || "<>|=".indexOf(descr.charAt(0)) < 0) {
            throw fail("NumPy array has dtype '%s', which is not known", shorten(descr));
        }
        return descr;
    }

    private boolean flag() throws FormatException {
        skipSpace();
        for (String word : List.of("True", "False")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("True");
            }
        }
        throw fail("fortran_order of a NumPy array must be True or False");
    }

    private long[] shape() throws FormatException {
        List<Long> sizes = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            if (sizes.size() == MAX_DIMENSIONS) {
                throw fail("NumPy array has more than %d dimensions", MAX_DIMENSIONS);
            }
            sizes.add(size());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private long size() throws FormatException {
        skipSpace();
        int from = at;
        while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0 && text.charAt(at) < 0x80 && at - from < 19) {
            at++;
        }
        try {
            long size = Long.parseLong(text, from, at, 10);
            if (at < text.length() && text.charAt(at) == 'L') { // Python 2
                at++;
            }
            return size;
        } catch (NumberFormatException e) {
            throw fail("shape of a NumPy array must hold integers of at least 0");
        }
    }

    private String string(String what) throws FormatException {
        skipSpace();
        char quote = at < text.length() ? text.charAt(at) : 0;
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
            throw fail("header of a NumPy array must have a plain string as %s", what);
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private void expect(char c) throws FormatException {
        if (!accept(c)) {
            throw fail("header of a NumPy array must have %c here", c);
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private static String shorten(String value) {
        return value.length() <= 40 ? value : value.substring(0, 40) + "...";
    }

    private FormatException fail(String format, Object... values) {
        return file.fail(start + at, format, values);
    }
}
