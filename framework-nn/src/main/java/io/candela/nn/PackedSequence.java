package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Sequences of different lengths without padding, step by step, longest first; made by {@link Sequences}. Of {@code abc} and {@code x}, {@code data}
 * is {@code axbc} and {@code batchSizes} 2, 1, 1.
 *
 * @param data            {@code (steps of all sequences, *)}
 * @param batchSizes      int64 {@code (longest)}: how many sequences have each step
 * @param sortedIndices   int64 {@code (n)}: which of the original sequences stands at each place; null if they were sorted already
 * @param unsortedIndices the inverse of {@code sortedIndices}; null with it
 */
public record PackedSequence(Tensor data, Tensor batchSizes, Tensor sortedIndices, Tensor unsortedIndices) {
    /**
     * Checks what can be checked at once.
     *
     * @throws ShapeException if {@code batchSizes} grow, do not add up to the rows of {@code data}, or are not positive
     */
    public PackedSequence {
        if (batchSizes.dtype() != DType.INT64) {
            throw new DTypeException("PackedSequence: batchSizes must be int64, got %s; convert with to(DType.INT64)", batchSizes.dtype());
        }
        long sum = 0;
        long before = Long.MAX_VALUE;
        for (long size : batchSizes.toLongArray()) {
            if (size < 1 || size > before) {
                throw new ShapeException("PackedSequence: batchSizes must be positive and must not grow, got %s", batchSizes);
            }
            sum += size;
            before = size;
        }
        if (data.dim() == 0 || sum == 0 || sum != data.size(0)) {
            throw new ShapeException("PackedSequence: batchSizes add up to %d, data is %s", sum, data.shape());
        }
    }

    /** The same sequences with other data, such as what a layer made of it. */
    public PackedSequence with(Tensor data) {
        return new PackedSequence(data, batchSizes, sortedIndices, unsortedIndices);
    }

    /** With the data in another type; this if it has that type. */
    public PackedSequence to(DType dtype) {
        return data.dtype() == dtype ? this : with(data.to(dtype));
    }
}
