package io.candela.backend.cuda;

import io.candela.tensor.DType;
import io.candela.tensor.Half;

/** What is put before the source of element by element kernels, so that it is compiled for one function and one type, and how numbers lie in memory. */
final class PointwiseSource {
    private PointwiseSource() {}

    /** The type in which elements of another type are computed. */
    static DType computed(DType type) {
        return type == DType.FLOAT64 ? type : type.isFloating() ? DType.FLOAT32 : DType.INT64;
    }

    private static String storage(DType type) {
        return switch (type) {
            case BOOL -> "boolean";
            case UINT8 -> "unsigned char";
            case INT8 -> "signed char";
            case INT16 -> "short";
            case INT32 -> "int";
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            default -> type.torchName();
        };
    }

    private static String row(DType type) {
        return "X(op, " + type.torchName() + ", " + storage(type) + ")";
    }

    /** The lines by which {@code unary.cu}, {@code binary.cu} and {@code ternary.cu} have one function of one type alone. */
    static String only(String function, DType type) {
        boolean predicate = isPredicate(function);
        boolean floating = type.isFloating();
        String row = "X(" + function + ")";
        return "#define OPS_OF_FLOATS(X)" + (floating && !predicate && !function.equals("where") ? row : "")
                + "\n#define OPS_OF_INTEGERS(X)" + (floating || predicate ? "" : row)
                + "\n#define OPS_OF_NUMBERS(X)" // a part of the integers' in the whole file
                + "\n#define PREDICATES(X)" + (predicate ? row : "")
                + "\n#define CONDITIONS(X)" + (function.equals("where") ? row : "")
                + (!floating && function.startsWith("addc") ? "\n#undef OPS_OF_FLOATS\n#define OPS_OF_FLOATS(X)" + row : "")
                + "\n#define FLOATS(X, op)" + (floating ? row(type) : "")
                + "\n#define COMPUTED(X, op)" + (floating && !type.isHalf() ? row(type) : "")
                + "\n#define INTEGERS(X, op)" + (floating ? "" : row(type))
                + "\n#define SMALL_INTEGERS(X, op)\n";
    }

    private static boolean isPredicate(String function) {
        return switch (function) {
            case "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor" -> true;
            default -> false;
        };
    }

    /** The line by which {@code convert.cu} has the conversions from one type alone; with null, only those of any type. */
    static String conversion(DType from) {
        return "#define FROM(X)" + (from == null ? "" : "X(" + from.torchName() + ", " + storage(from) + ")") + '\n';
    }

    /** The bits of a number in a type: by way of float for the halves, and as {@link DType} says for integers. */
    static long bits(DType type, double value) {
        return switch (type) {
            case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL;
            case FLOAT64 -> Double.doubleToRawLongBits(value);
            case FLOAT16 -> Half.toFloat16((float) value) & 0xFFFFL;
            case BFLOAT16 -> Half.toBfloat16((float) value) & 0xFFFFL;
            case BOOL -> value != 0 ? 1 : 0;
            case INT64, UINT8 -> bits(type, value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE);
            default -> bits(type, value > -0x1p31 - 1 && value < 0x1p31 ? (long) (int) value : Integer.MIN_VALUE);
        };
    }

    /** The bits of an integer in a type. */
    static long bits(DType type, long value) {
        return switch (type) {
            case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL;
            case FLOAT64, FLOAT16, BFLOAT16 -> bits(type, (double) value);
            case BOOL -> value != 0 ? 1 : 0;
            case UINT8, INT8 -> value & 0xFF;
            case INT16 -> value & 0xFFFF;
            case INT32 -> value & 0xFFFFFFFFL;
            case INT64 -> value;
        };
    }
}
