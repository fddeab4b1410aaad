package io.candela.tensor;

/**
 * Element type of a {@link Tensor}. Names, promotion and defaults are PyTorch's ({@code torch.float32} is {@link #FLOAT32}).
 *
 * <p>{@link #BOOL} takes one byte per element, 0 or 1. {@link #UINT8} is unsigned: Java bytes are read as 0..255.
 *
 * <p>{@link #FLOAT16} and {@link #BFLOAT16} are stored in two bytes and computed in float32: each operation rounds once, at its end, to nearest
 * with ties to even. A number that is cast to an integer type loses its fraction, then its upper bits, as in PyTorch on x86. The way leads through
 * int32, to uint8 and int64 through int64; what does not fit there, as infinity and NaN, becomes the smallest number, whose lower bits are 0.
 *
 * <p>There are no complex types: an operation whose result would be complex refuses its operand, or gives the parts as two tensors.
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
    FLOAT64("float64", 8, Kind.FLOATING),
    /** Java {@code byte}. */
    INT8("int8", 1, Kind.INTEGRAL),
    /** Java {@code short}. */
    INT16("int16", 2, Kind.INTEGRAL),
    /** IEEE half precision: 5 bits of exponent, 10 of fraction. */
    FLOAT16("float16", 2, Kind.FLOATING),
    /** The upper half of a float: 8 bits of exponent, 7 of fraction. */
    BFLOAT16("bfloat16", 2, Kind.FLOATING);

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

    /** Whether elements are floating point of two bytes: stored narrow, computed in {@link #FLOAT32}. */
    public boolean isHalf() {
        return this == FLOAT16 || this == BFLOAT16;
    }

    /**
     * The type in which an operation on two tensors with dimensions computes: the higher category wins (bool, integer, floating), within a
     * category the wider type. Of two that differ and are equally wide neither holds the other: {@code uint8} with {@code int8} gives
     * {@code int16}, {@code float16} with {@code bfloat16} gives {@code float32}.
     */
    public static DType promote(DType a, DType b) {
        if (a == b) {
            return a;
        } else if (a.kind != b.kind) {
            return a.kind.compareTo(b.kind) > 0 ? a : b;
        } else if (a.bytes != b.bytes) {
            return a.bytes > b.bytes ? a : b;
        }
        return a.isFloating() ? FLOAT32 : INT16;
    }

    /** PyTorch's order of kinds, which promotion goes by: 0 for bool, 1 for integers, 2 for floating point. */
    public int category() {
        return kind.ordinal();
    }

    /**
     * Limits and precision of this floating point type, as {@code torch.finfo}.
     *
     * @throws DTypeException if it is not floating point
     */
    public FInfo finfo() {
        return FInfo.of(this);
    }

    /**
     * Limits of this integer type, as {@code torch.iinfo}.
     *
     * @throws DTypeException if it is not an integer type; bool is none
     */
    public IInfo iinfo() {
        return IInfo.of(this);
    }

    @Override
    public String toString() {
        return torchName;
    }
}
