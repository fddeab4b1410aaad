package io.candela.tensor;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * Python's {@code tuple}: an immutable list that is written back as a tuple. Equal to any {@link List} with equal elements.
 *
 * <p>Elements may be null.
 */
public final class Tuple extends AbstractList<Object> implements RandomAccess {
    private final Object[] elements;

    private Tuple(Object[] elements) {
        this.elements = elements;
    }

    /** A tuple of these elements. */
    public static Tuple of(Object... elements) {
        return new Tuple(Arrays.copyOf(elements, elements.length, Object[].class));
    }

    /** A tuple of the elements of a list, in its order. */
    public static Tuple copyOf(List<?> elements) {
        return of(elements.toArray());
    }

    @Override
    public Object get(int index) {
        return elements[index];
    }

    @Override
    public int size() {
        return elements.length;
    }

    @Override
    public Object[] toArray() {
        return Arrays.copyOf(elements, elements.length, Object[].class);
    }
}
