package io.candela.tensor;

/**
 * One item between the brackets of Python's {@code x[...]}, for {@link IndexMethods#index}. Plain Java values stand for most of them: an int
 * for a position, a tensor or {@code int[]} or {@code boolean[]} for picks, {@code null} for a new axis, and strings as in Python:
 * {@code ":"}, {@code "1:-1"}, {@code "::2"}, {@code "..."}.
 */
public final class Index {
    /** {@code :}, every position. */
    public static final Index ALL = new Index(Kind.SLICE, 0, Integer.MAX_VALUE, 1, null);
    /** {@code ...}, as many whole dimensions as are left. */
    public static final Index ELLIPSIS = new Index(Kind.ELLIPSIS, 0, 0, 1, null);
    /** {@code None}, a new dimension of size 1. */
    public static final Index NEW_AXIS = new Index(Kind.NEW_AXIS, 0, 0, 1, null);

    /** What an item is. */
    public enum Kind {
        /** A position; the dimension goes away. */ POSITION,
        /** A stretch of positions. */ SLICE,
        /** Integer positions, or a mask of one or more dimensions. */ TENSOR,
        /** A new dimension. */ NEW_AXIS,
        /** All dimensions that nothing else names. */ ELLIPSIS
    }

    private final Kind kind;
    private final int start;
    private final int end;
    private final int step;
    private final Tensor tensor;

    private Index(Kind kind, int start, int end, int step, Tensor tensor) {
        this.kind = kind;
        this.start = start;
        this.end = end;
        this.step = step;
        this.tensor = tensor;
    }

    /** One position; negative counts from the end. */
    public static Index at(int position) {
        return new Index(Kind.POSITION, position, 0, 1, null);
    }

    /** {@code start:end}; negative counts from the end. */
    public static Index slice(int start, int end) {
        return slice(start, end, 1);
    }

    /** {@code start:end:step}, step above 0. */
    public static Index slice(int start, int end, int step) {
        return new Index(Kind.SLICE, start, end, step, null);
    }

    /** {@code start:}. */
    public static Index from(int start) {
        return slice(start, Integer.MAX_VALUE);
    }

    /** {@code :end}. */
    public static Index to(int end) {
        return slice(0, end);
    }

    /** Integer positions (negative counts from the end), or a bool mask over as many dimensions as it has. */
    public static Index pick(Tensor positionsOrMask) {
        return new Index(Kind.TENSOR, 0, 0, 1, positionsOrMask);
    }

    /**
     * The item that a Java value stands for.
     *
     * @throws IllegalArgumentException if it stands for none
     */
    public static Index of(Object item) {
        if (item == null) {
            return NEW_AXIS;
        }
        if (item instanceof Index i) {
            return i;
        }
        if (item instanceof Integer || item instanceof Long) {
            return at(Math.toIntExact(((Number) item).longValue()));
        }
        if (item instanceof Tensor t) {
            return pick(t);
        }
        if (item instanceof int[] positions) {
            return pick(Tensor.of(positions, positions.length));
        }
        if (item instanceof long[] positions) {
            return pick(Tensor.of(positions, positions.length));
        }
        if (item instanceof boolean[] mask) {
            return pick(Tensor.of(mask, mask.length));
        }
        if (item instanceof String s) {
            return parse(s.replace(" ", ""));
        }
        throw new IllegalArgumentException("index: an item is an int, a tensor, int[], boolean[], a string such as \"1:3\", null or an Index, got "
                + item.getClass().getName());
    }

    private static Index parse(String s) {
        if (s.equals("...")) {
            return ELLIPSIS;
        }
        if (s.equals("None")) {
            return NEW_AXIS;
        }
        try {
            String[] parts = s.split(":", -1);
            if (parts.length == 1) {
                return at(Integer.parseInt(s));
            }
            if (parts.length <= 3) {
                return slice(parts[0].isEmpty() ? 0 : Integer.parseInt(parts[0]), parts[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(parts[1]),
                        parts.length < 3 || parts[2].isEmpty() ? 1 : Integer.parseInt(parts[2]));
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("index: cannot read \"" + s + "\"; write it as Python's \"1\", \"1:3\", \":\", \"::2\", \"...\" or \"None\"");
    }

    /** What this is. */
    public Kind kind() {
        return kind;
    }

    /** First position of a slice, or the position. */
    public int start() {
        return start;
    }

    /** Where a slice ends (excluded); {@link Integer#MAX_VALUE} for the dimension's end. */
    public int end() {
        return end;
    }

    /** Distance of a slice's positions. */
    public int step() {
        return step;
    }

    /** The picking tensor; null unless this is one. */
    public Tensor tensor() {
        return tensor;
    }

    /** Whether this is a slice of all positions. */
    public boolean isAll() {
        return kind == Kind.SLICE && start == 0 && end == Integer.MAX_VALUE && step == 1;
    }

    /** How many of the tensor's dimensions this takes; an ellipsis counts as none. */
    public int dimensions() {
        return switch (kind) {
            case POSITION, SLICE -> 1;
            case TENSOR -> tensor.dtype() == DType.BOOL ? tensor.dim() : 1;
            default -> 0;
        };
    }
}
