package io.candela.io.pt;

import io.candela.io.FormatException;
import io.candela.tensor.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a pickle gives a callable, each argument checked when it is asked for.
 *
 * @param who    the callable's name
 * @param values the arguments
 * @param reader who reads the pickle
 */
record Arguments(String who, Tuple values, PickleReader reader) {
    private static final int MAX_DIMENSIONS = 64; // PyTorch's own limit

    int count() {
        return values.size();
    }

    Arguments expect(int least, int most) throws FormatException {
        if (count() < least || count() > most) {
            throw fail("takes %s arguments, got %d", least == most ? "" + least : least + " to " + most, count());
        }
        return this;
    }

    <T> T get(int index, Class<T> type, String kind) throws FormatException {
        Object value = values.get(index);
        if (!type.isInstance(value)) {
            throw fail("argument %d must be %s, got %s", index, kind, PickleReader.kind(value));
        }
        return type.cast(value);
    }

    Object any(int index) {
        return values.get(index);
    }

    long number(int index) throws FormatException {
        return get(index, Long.class, "an integer");
    }

    boolean flag(int index) throws FormatException {
        return get(index, Boolean.class, "a boolean");
    }

    String text(int index) throws FormatException {
        return get(index, String.class, "a string");
    }

    /** Sizes or strides. */
    long[] numbers(int index) throws FormatException {
        List<?> list = values.get(index) instanceof ArrayList<?> items ? items : get(index, Tuple.class, "a tuple of integers");
        if (list.size() > MAX_DIMENSIONS) {
            throw fail("argument %d has %d entries, a tensor has at most %d dimensions", index, list.size(), MAX_DIMENSIONS);
        }
        long[] numbers = new long[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(list.get(i) instanceof Long number) || number < 0) {
                throw fail("entry %d of argument %d must be an integer of at least 0, got %s", i, index, PickleReader.kind(list.get(i)));
            }
            numbers[i] = number;
        }
        return numbers;
    }

    FormatException fail(String format, Object... details) {
        return reader.fail("%s %s", who, String.format(Locale.ROOT, format, details));
    }
}
