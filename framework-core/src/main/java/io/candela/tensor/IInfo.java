package io.candela.tensor;

/**
 * Limits of an integer type: PyTorch's {@code torch.iinfo}.
 *
 * @param dtype the type
 * @param bits  size of an element in bits
 * @param min   the smallest number
 * @param max   the largest number
 */
public record IInfo(DType dtype, int bits, long min, long max) {
    static IInfo of(DType dtype) {
        if (!dtype.isIntegral()) {
            throw new DTypeException("iinfo: needs an integer type, got %s%s", dtype, dtype.isFloating() ? "; use finfo()" : "");
        }
        int bits = 8 * dtype.bytes();
        return dtype == DType.UINT8 ? new IInfo(dtype, bits, 0, 255) : new IInfo(dtype, bits, Long.MIN_VALUE >> 64 - bits, Long.MAX_VALUE >> 64 - bits);
    }
}
