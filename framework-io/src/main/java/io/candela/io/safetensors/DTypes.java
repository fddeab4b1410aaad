package io.candela.io.safetensors;

import io.candela.io.ElementType;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The format's names of element types, in the format's own order. */
final class DTypes {
    private static final Map<String, ElementType> BY_NAME = new LinkedHashMap<>();
    private static final Map<ElementType, String> NAMES = new EnumMap<>(ElementType.class);
    private static final Map<ElementType, Integer> RANKS = new EnumMap<>(ElementType.class);

    static {
        add("BOOL", ElementType.BOOL);
        add("U8", ElementType.UINT8);
        add("I8", ElementType.INT8);
        add("F8_E5M2", ElementType.FLOAT8_E5M2);
        add("F8_E4M3", ElementType.FLOAT8_E4M3FN);
        add("F8_E8M0", ElementType.FLOAT8_E8M0FNU);
        add("F8_E4M3FNUZ", ElementType.FLOAT8_E4M3FNUZ);
        add("F8_E5M2FNUZ", ElementType.FLOAT8_E5M2FNUZ);
        add("I16", ElementType.INT16);
        add("U16", ElementType.UINT16);
        add("F16", ElementType.FLOAT16);
        add("BF16", ElementType.BFLOAT16);
        add("I32", ElementType.INT32);
        add("U32", ElementType.UINT32);
        add("F32", ElementType.FLOAT32);
        add("C64", ElementType.COMPLEX64);
        add("F64", ElementType.FLOAT64);
        add("I64", ElementType.INT64);
        add("U64", ElementType.UINT64);
    }

    private DTypes() {
    }

    private static void add(String name, ElementType type) {
        RANKS.put(type, RANKS.size());
        BY_NAME.put(name, type);
        NAMES.put(type, name);
    }

    /** @return null if there is none */
    static ElementType ofName(String name) {
        return BY_NAME.get(name);
    }

    /** @return null if the format lacks the type */
    static String name(ElementType type) {
        return NAMES.get(type);
    }

    /** Files hold types of higher rank first, so that every tensor is aligned to its elements. */
    static int rank(ElementType type) {
        return RANKS.get(type);
    }

    static String all() {
        return String.join(", ", BY_NAME.keySet());
    }
}
