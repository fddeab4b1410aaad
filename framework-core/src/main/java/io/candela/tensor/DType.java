package io.candela.tensor;

/**
 * Element type of a {@link Tensor}. Names, promotion and defaults are PyTorch's ({@code torch.float32} is {@link #FLOAT32}).
 *
 * <p>{@link #BOOL} takes one byte per element, 0 or 1. {@link #UINT8} is unsigned: Java bytes are read as 0..255.
 */
public enum DType {
    /** One byte, 0 or 1. */
    BOOL("bool", 1, Kind.BOOL),
    /** Unsigned byte. */
    UINT8("uint8", 1, Kind.INTEGRAL),
    /** Java {@code int}. */
    INT32("int32", 4, Kind.INTEGRAL),
    /** Java {@code long}; the type of labels, indices and counters. */
    INT64("int64", 8, Kind.INTEGRAL),
    /** Java {@code float}; the default type of new tensors. */
    FLOAT32("float32", 4, Kind.FLOATING),
    /** Java {@code double}. */
    FLOAT64("float64", 8, Kind.FLOATING);

    private enum Kind { BOOL, INTEGRAL, FLOATING }

    private final String torchName;
    private final int bytes;
    private final Kind kind;

    DType(String torchName, int bytes, Kind kind) {
        this.torchName = torchName;
        this.bytes = bytes;
        this.kind = kind;
    }

    /** PyTorch's name without the {@code torch.} prefix, such as {@code float32}. */
    public String torchName() {
        return torchName;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating point; only such tensors can require a gradient. */
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /** Whether elements are integers; false for {@link #BOOL}, as in PyTorch's category order bool &lt; integer &lt; floating. */
    public boolean isIntegral() {
        return kind == Kind.INTEGRAL;
    }

    /**
     * The type in which an operation on two tensors with dimensions computes: the higher category wins (bool, integer, floating),
     * within a category the wider type. {@code uint8} with {@code int32} gives {@code int32}.
     */
    public static DType promote(DType a, DType b) {
        // Constants stand in order of promotion, so the later one wins.
        return a.ordinal() >= b.ordinal() ? a : b;
    }

    /** PyTorch's order of kinds, which promotion goes by: 0 for bool, 1 for integers, 2 for floating point. */
    public int category() {
        return kind.ordinal();
    }

    @Override
    public String toString() {
        return torchName;
    }
}
