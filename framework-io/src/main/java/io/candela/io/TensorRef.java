package io.candela.io;

/**
 * A tensor in a file: a view of a storage. All its elements are known to lie inside of the storage.
 *
 * <p>The arrays are not copied; do not write to them.
 *
 * @param storage      where its elements are
 * @param type         the type of its elements; nearly always the storage's
 * @param offset       the element of the storage at which it starts
 * @param sizes        its sizes
 * @param strides      its strides in elements, one per size, none negative
 * @param requiresGrad whether it required a gradient when it was saved
 * @param parameter    whether it was a {@code torch.nn.Parameter}
 */
public record TensorRef(StorageRef storage, ElementType type, long offset, long[] sizes, long[] strides, boolean requiresGrad, boolean parameter) {
    /** A tensor that takes a whole storage in row-major order. */
    public static TensorRef whole(StorageRef storage, long[] sizes) {
        return new TensorRef(storage, storage.type(), 0, sizes, rowMajor(sizes), false, false);
    }

    /** The strides of a tensor whose last index varies fastest, without gaps. */
    public static long[] rowMajor(long[] sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(sizes[i], 1);
        }
        return strides;
    }
}
