package io.candela.backend.cuda;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.function.Consumer;

/**
 * How element by element kernels walk over a result and its operands: their common dimensions, from the one in which the result's neighbours lie
 * outwards, merged where all strides allow. {@code layout.cuh} has the other side.
 */
final class Elements {
    /** The most dimensions that a kernel takes, {@code MOST_DIMS} there. */
    private static final int MOST_DIMS = 8;
    private static final int PACK = 16; // bytes that a thread moves at once

    private final Tensor[] tensors; // the result, then the operands
    private final int[] size; // innermost first
    private final int[][] stride; // per tensor, in elements
    private int rank;
    private int items;

    private Elements(Tensor[] tensors) {
        this.tensors = tensors;
        Tensor out = tensors[0];
        int[] dims = out.shape().dims();
        this.size = new int[dims.length];
        this.stride = new int[tensors.length][dims.length];
        this.items = out.numel();
        for (int dim = dims.length - 1; dim >= 0; dim--) {
            if (dims[dim] != 1) {
                insert(dim, dims);
            }
        }
        merge();
    }

    /** The elements of {@code out}, and those of the operands that broadcast to it. */
    static Elements of(Tensor out, Tensor... operands) {
        Tensor[] all = new Tensor[operands.length + 1];
        all[0] = out;
        System.arraycopy(operands, 0, all, 1, operands.length);
        return new Elements(all);
    }

    /** Puts a dimension where the result's strides want it: kernels go through the result in the order of memory. */
    private void insert(int dim, int[] dims) {
        int place = rank++;
        int own = strideOf(tensors[0], dim, dims.length);
        while (place > 0 && stride[0][place - 1] > own) {
            move(place - 1, place);
            place--;
        }
        size[place] = dims[dim];
        for (int k = 0; k < tensors.length; k++) {
            stride[k][place] = strideOf(tensors[k], dim, dims.length);
        }
    }

    private static int strideOf(Tensor t, int dim, int rank) {
        int at = dim - (rank - t.dim());
        return at < 0 || t.size(at) == 1 ? 0 : t.strides()[at];
    }

    private void move(int from, int to) {
        size[to] = size[from];
        for (int[] s : stride) {
            s[to] = s[from];
        }
    }

    private void merge() {
        int kept = 0;
        for (int dim = 0; dim < rank; dim++) {
            if (kept > 0 && follows(dim, kept - 1)) {
                size[kept - 1] *= size[dim];
            } else {
                move(dim, kept++);
            }
        }
        rank = kept;
    }

    /** Whether in every tensor dimension {@code outer} goes on where {@code inner} ends. */
    private boolean follows(int outer, int inner) {
        for (int[] s : stride) {
            if (s[outer] != s[inner] * size[inner]) {
                return false;
            }
        }
        return true;
    }

    /** How many items a kernel walks over: elements, or packs after {@link #pack}. */
    int items() {
        return items;
    }

    /** Whether there are more dimensions than a kernel takes; see {@link #slices}. */
    boolean isDeep() {
        return rank > MOST_DIMS;
    }

    /** Calls back with every slice along the first dimension of {@code out}, the operands' slices behind it. */
    static void slices(Tensor out, Tensor[] operands, Consumer<Tensor[]> each) {
        for (int i = 0; i < out.size(0); i++) {
            Tensor[] parts = new Tensor[operands.length + 1];
            for (int k = 0; k <= operands.length; k++) {
                Tensor t = k == 0 ? out : operands[k - 1];
                boolean whole = t.dim() < out.dim();
                parts[k] = whole ? t : slice(t, t.size(0) == 1 ? 0 : i);
            }
            each.accept(parts);
        }
    }

    private static Tensor slice(Tensor t, int i) {
        int[] dims = t.shape().dims();
        int[] strides = t.strides();
        return t.viewOf(Shape.of(java.util.Arrays.copyOfRange(dims, 1, dims.length)), java.util.Arrays.copyOfRange(strides, 1, strides.length),
                t.offset() + i * strides[0]);
    }

    /** Whether the result's elements follow each other, and those of each operand do too or are one element for all. */
    boolean isFlat() {
        if (rank == 0) {
            return true;
        }
        if (rank > 1 || stride[0][0] != 1) {
            return false;
        }
        for (int[] s : stride) {
            if (s[0] != 1 && s[0] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Of flat ones: 0 if an operand is one element for all, else 1. */
    int step(int operand) {
        return rank == 0 ? 1 : stride[operand][0];
    }

    /** Of flat ones: whether no operand is one element for all. */
    boolean isDense() {
        for (int k = 1; k < tensors.length; k++) {
            if (step(k) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Elements per pack of 16 bytes, of the operands' type. */
    private int width() {
        return PACK / tensors[tensors.length - 1].dtype().bytes();
    }

    /** Of flat ones: whether every tensor's address suits packs of {@code width} elements. */
    boolean isAligned(int width) {
        for (int k = 0; k < tensors.length; k++) {
            if (step(k) != 0 && CudaStorage.address(tensors[k]) % ((long) width * tensors[k].dtype().bytes()) != 0) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #isAligned(int)}, for packs of 16 bytes of the operands' type. */
    boolean isAligned() {
        return isAligned(width());
    }

    /** Threads of a flat kernel of which each takes {@code packs} packs; of elements if it is not aligned. */
    int threads(boolean aligned, int packs) {
        int each = aligned ? width() * packs : 1;
        return (items + each - 1) / each;
    }

    /**
     * Makes packs of 16 bytes the items, if the innermost dimension consists of such in every tensor.
     *
     * @return whether it did
     */
    boolean pack() {
        int width = width();
        if (rank == 0 || size[0] % width != 0 || stride[0][0] != 1) {
            return false;
        }
        for (int k = 0; k < tensors.length; k++) {
            if (stride[k][0] != 0 && !suits(k, width)) {
                return false;
            }
        }
        size[0] /= width;
        items /= width;
        for (int[] s : stride) {
            s[0] *= width;
        }
        return true;
    }

    private boolean suits(int k, int width) {
        if (stride[k][0] != 1 || CudaStorage.address(tensors[k]) % ((long) width * tensors[k].dtype().bytes()) != 0) {
            return false;
        }
        for (int dim = 1; dim < rank; dim++) {
            if (stride[k][dim] % width != 0) {
                return false;
            }
        }
        return true;
    }

    /** Size of a dimension, innermost first; 1 behind the last. */
    int size(int dim) {
        return dim < rank ? size[dim] : 1;
    }

    /** Stride of a tensor, 0 for the result, in a dimension. */
    int stride(int tensor, int dim) {
        return stride[tensor][dim];
    }

    int rank() {
        return rank;
    }

    /** Adds the struct {@code Layout}. */
    Launch addTo(Launch launch) {
        int[] words = new int[1 + (3 + stride.length) * MOST_DIMS];
        words[0] = rank;
        for (int dim = 0; dim < rank; dim++) {
            words[1 + dim] = size[dim];
            words[1 + MOST_DIMS + dim] = Divisor.factor(size[dim]);
            words[1 + 2 * MOST_DIMS + dim] = Divisor.shift(size[dim]);
            for (int k = 0; k < stride.length; k++) {
                words[1 + (3 + k) * MOST_DIMS + dim] = stride[k][dim];
            }
        }
        return launch.ints(words);
    }
}
