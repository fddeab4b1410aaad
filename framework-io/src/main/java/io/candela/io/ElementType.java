package io.candela.io;

import java.util.HashMap;
import java.util.Map;

/** The element types of PyTorch's dense tensors, whether Candela computes with them or not. */
public enum ElementType {
    /** IEEE double. */
    FLOAT64("float64", "DoubleStorage", 8, 8),
    /** IEEE float. */
    FLOAT32("float32", "FloatStorage", 4, 4),
    /** IEEE half precision. */
    FLOAT16("float16", "HalfStorage", 2, 2),
    /** The upper half of a float. */
    BFLOAT16("bfloat16", "BFloat16Storage", 2, 2),
    /** Signed, 8 bytes. */
    INT64("int64", "LongStorage", 8, 8),
    /** Signed, 4 bytes. */
    INT32("int32", "IntStorage", 4, 4),
    /** Signed, 2 bytes. */
    INT16("int16", "ShortStorage", 2, 2),
    /** Signed byte. */
    INT8("int8", "CharStorage", 1, 1),
    /** Unsigned byte. */
    UINT8("uint8", "ByteStorage", 1, 1),
    /** One byte, 0 or 1. */
    BOOL("bool", "BoolStorage", 1, 1),
    /** Two floats. */
    COMPLEX64("complex64", "ComplexFloatStorage", 8, 4),
    /** Two doubles. */
    COMPLEX128("complex128", "ComplexDoubleStorage", 16, 8),
    /** Two half-precision floats. */
    COMPLEX32("complex32", null, 4, 2),
    /** Unsigned, 2 bytes. */
    UINT16("uint16", null, 2, 2),
    /** Unsigned, 4 bytes. */
    UINT32("uint32", null, 4, 4),
    /** Unsigned, 8 bytes. */
    UINT64("uint64", null, 8, 8),
    /** One byte, 4 bits of exponent, no infinities. */
    FLOAT8_E4M3FN("float8_e4m3fn", null, 1, 1),
    /** One byte, 4 bits of exponent, no infinities, no negative zero. */
    FLOAT8_E4M3FNUZ("float8_e4m3fnuz", null, 1, 1),
    /** One byte, 5 bits of exponent. */
    FLOAT8_E5M2("float8_e5m2", null, 1, 1),
    /** One byte, 5 bits of exponent, no infinities, no negative zero. */
    FLOAT8_E5M2FNUZ("float8_e5m2fnuz", null, 1, 1),
    /** One byte of exponent. */
    FLOAT8_E8M0FNU("float8_e8m0fnu", null, 1, 1);

    private static final Map<String, ElementType> BY_TORCH_NAME = new HashMap<>();

    static {
        for (ElementType type : values()) {
            BY_TORCH_NAME.put(type.torchName, type);
        }
    }

    private final String torchName;
    private final String storageName;
    private final int bytes;
    private final int numberBytes;

    ElementType(String torchName, String storageName, int bytes, int numberBytes) {
        this.torchName = torchName;
        this.storageName = storageName;
        this.bytes = bytes;
        this.numberBytes = numberBytes;
    }

    /**
     * The type that PyTorch calls by this name, such as {@code float32}.
     *
     * @return null if there is none
     */
    public static ElementType ofTorchName(String name) {
        return BY_TORCH_NAME.get(name);
    }

    /** PyTorch's name without the {@code torch.} prefix. */
    public String torchName() {
        return torchName;
    }

    /** The class of PyTorch's storages of this type, such as {@code FloatStorage}; null for the newer types, which have none. */
    public String storageName() {
        return storageName;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether an element consists of two numbers. */
    public boolean isComplex() {
        return numberBytes < bytes;
    }

    /** Size of the numbers that an element consists of: half an element for complex types. */
    public int numberBytes() {
        return numberBytes;
    }

    @Override
    public String toString() {
        return torchName;
    }
}
