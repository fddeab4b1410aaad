package io.candela.tensor;

/**
 * The order in which a tensor's elements lie in memory. It changes speed, never values: sizes, indices and files are the same.
 *
 * <p>On a CPU convolutions give {@link #CHANNELS_LAST} results; on a GPU they keep the order of their operands, as pooling, normalization, functions
 * element by element and moves to another device do everywhere; functions element by element keep any other order, too. {@link Tensor#contiguous()}
 * gives row-major order.
 */
public enum MemoryFormat {
    /** Row-major: the last dimension's neighbours are neighbours in memory. */
    CONTIGUOUS,
    /** {@code (N, C, …)} stored as {@code (N, …, C)}: the channels of one position are neighbours. For three to five dimensions. */
    CHANNELS_LAST;

    /**
     * The strides of a dense tensor in this format, in elements.
     *
     * @throws ShapeException if the shape has no channels
     */
    public int[] strides(Shape shape) {
        if (this == CONTIGUOUS) {
            return shape.contiguousStrides();
        }
        int rank = shape.rank();
        if (rank < 3 || rank > 5) {
            throw new ShapeException("MemoryFormat: channels-last order needs (N, C, L), (N, C, H, W) or (N, C, D, H, W), got %s", shape);
        }
        int[] strides = new int[rank];
        int stride = 1;
        for (int i = 0; i < rank; i++) {
            int dim = at(i, rank);
            strides[dim] = stride;
            stride *= Math.max(shape.dims()[dim], 1);
        }
        return strides;
    }

    /** Whether a tensor with these strides lies in channels-last order; sizes of 1 may have any stride. */
    static boolean isChannelsLast(Shape shape, int[] strides) {
        int rank = strides.length;
        if (rank < 3 || rank > 5) {
            return false;
        }
        int[] dims = shape.dims();
        int stride = 1;
        for (int i = 0; i < rank; i++) {
            int dim = at(i, rank);
            if (dims[dim] != 1 && strides[dim] != stride) {
                return shape.numel() == 0;
            }
            stride *= dims[dim];
        }
        return true;
    }

    /** The dimension that is number i in memory, from the innermost: channels, then from the last to the third, then the batch. */
    private static int at(int i, int rank) {
        return i == 0 ? 1 : i == rank - 1 ? 0 : rank - i;
    }
}
