package io.candela.io.npy;

import io.candela.io.ElementType;
import java.util.EnumMap;
import java.util.Map;

/** NumPy's codes of element types, kind and bytes: {@code f4} for float32. */
public final class NumpyTypes {
    private static final Map<String, ElementType> TYPES = Map.ofEntries(Map.entry("f8", ElementType.FLOAT64), Map.entry("f4", ElementType.FLOAT32),
            Map.entry("f2", ElementType.FLOAT16), Map.entry("i8", ElementType.INT64), Map.entry("i4", ElementType.INT32),
            Map.entry("i2", ElementType.INT16), Map.entry("i1", ElementType.INT8), Map.entry("u8", ElementType.UINT64),
            Map.entry("u4", ElementType.UINT32), Map.entry("u2", ElementType.UINT16), Map.entry("u1", ElementType.UINT8),
            Map.entry("b1", ElementType.BOOL), Map.entry("c8", ElementType.COMPLEX64), Map.entry("c16", ElementType.COMPLEX128));
    private static final Map<ElementType, String> CODES = new EnumMap<>(ElementType.class);

    static {
        TYPES.forEach((code, type) -> CODES.put(type, code));
    }

    private NumpyTypes() {
    }

    /** @return null if there is no such code, or none of numbers */
    public static ElementType ofCode(String code) {
        return TYPES.get(code);
    }

    /** @return null if NumPy lacks the type */
    public static String code(ElementType type) {
        return CODES.get(type);
    }
}
