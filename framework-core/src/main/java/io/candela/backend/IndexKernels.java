package io.candela.backend;

import io.candela.tensor.Tensor;

/** Kernels that move elements by index. They check indices: a device that cannot do so at once reports later, at a synchronizing call. */
public interface IndexKernels {
    /**
     * {@code out[i][j] = x[index[i]][j]} with x seen as {@code (rows, width)}.
     *
     * @param who the operation, for the message
     * @throws io.candela.tensor.ShapeException for an index outside 0..rows−1; nothing was written
     */
    void selectRows(String who, Tensor x, Tensor index, Tensor out);

    /** Adds row i of {@code source} to row {@code index[i]} of the contiguous {@code out}; indices were checked. */
    void addRows(Tensor source, Tensor index, Tensor out);

    /**
     * {@code out[i..][j..] = x[i..][index[i..][j..]]} along dimension {@code dim}.
     *
     * @throws io.candela.tensor.ShapeException for an index out of range; nothing was written
     */
    void gather(Tensor x, int dim, Tensor index, Tensor out);

    /**
     * The inverse of {@link #gather}: writes (or adds) {@code source} into {@code out} at {@code index} along {@code dim}.
     *
     * @throws io.candela.tensor.ShapeException for an index out of range; nothing was written
     */
    void scatter(Tensor source, int dim, Tensor index, boolean add, Tensor out);

    /**
     * Writes (or adds) element i of {@code values} to the element of {@code out} at row-major position {@code positions[i]}, which was checked.
     * {@code out} may have any strides; types are equal.
     */
    void put(Tensor values, Tensor positions, boolean add, Tensor out);

    /**
     * Binary search along the last dimension of {@code sorted}, which is one sequence or one per row of {@code values}: how many elements are
     * smaller (with {@code right}: not larger) than each value, NaN being largest. Operands are contiguous and of one type, {@code out} is int64.
     */
    void searchSorted(Tensor sorted, Tensor values, boolean right, Tensor out);

    /** Row-major positions, in int64, of the elements that are not 0. */
    Tensor nonzero(Tensor x);

    /** Sorts along the last dimension; equal elements keep their order, NaN counts as largest. Both results have {@code x}'s shape. */
    void sort(Tensor x, boolean descending, Tensor values, Tensor indices);

    /**
     * The first {@code k} of each row that {@link #sort} would give; both results have {@code k} columns.
     *
     * @return false, with nothing done, if sorting is the backend's way
     */
    default boolean top(Tensor x, int k, boolean largest, Tensor values, Tensor indices) {
        return false;
    }

    /**
     * Of each row, the position that {@link #sort}, ascending, would give as number {@code k}, counted from 0; {@code indices} has one column.
     *
     * @return false, with nothing done, if sorting is the backend's way
     */
    default boolean kth(int k, Tensor x, Tensor indices) {
        return false;
    }
}
