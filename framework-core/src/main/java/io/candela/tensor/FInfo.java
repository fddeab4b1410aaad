package io.candela.tensor;

/**
 * Limits and precision of a floating point type: PyTorch's {@code torch.finfo}.
 *
 * @param dtype          the type
 * @param bits           size of an element in bits
 * @param eps            distance from 1 to the next larger number
 * @param max            the largest finite number
 * @param min            its negative
 * @param smallestNormal the smallest positive number of full precision; below it digits are lost
 * @param resolution     ten to minus the number of decimal digits that every number keeps
 */
public record FInfo(DType dtype, int bits, double eps, double max, double min, double smallestNormal, double resolution) {
    /** Another name of {@link #smallestNormal}. */
    public double tiny() {
        return smallestNormal;
    }

    static FInfo of(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> of(dtype, 0x1p-52, Double.MAX_VALUE, Double.MIN_NORMAL, 1e-15);
            case FLOAT32 -> of(dtype, 0x1p-23, Float.MAX_VALUE, Float.MIN_NORMAL, 1e-6);
            case FLOAT16 -> of(dtype, 0x1p-10, 65504, 0x1p-14, 1e-3);
            case BFLOAT16 -> of(dtype, 0x1p-7, 0x1.fep127, Float.MIN_NORMAL, 1e-2);
            default -> throw new DTypeException("finfo: needs a floating point type, got %s%s", dtype, dtype.isIntegral() ? "; use iinfo()" : "");
        };
    }

    private static FInfo of(DType dtype, double eps, double max, double smallestNormal, double resolution) {
        return new FInfo(dtype, 8 * dtype.bytes(), eps, max, -max, smallestNormal, resolution);
    }
}
