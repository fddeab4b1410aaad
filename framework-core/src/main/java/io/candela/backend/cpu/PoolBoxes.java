package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import java.util.Arrays;

/**
 * Cuts a pooling over uniform windows into boxes of input, padding included, that stay in the first caches. In a box lie the windows' positions of
 * some rows of the result, so that all windows are reduced together: each element with its neighbour, in one long loop, then with the next one.
 */
final class PoolBoxes {
    private static final int BOX = 8 << 10; // elements
    private static final int TOGETHER = 4 << 10; // elements of small blocks that share a loop

    final PoolShape shape;
    /** Whether a box has one or more whole blocks. */
    final boolean whole;
    /** Elements of a row of a box. */
    final int row;
    /** Elements of a slab of a box. */
    final int slab;
    /** Elements of a box of one block. */
    final int box;
    /** How many boxes there are, several whole blocks counting as one. */
    final int count;
    private final int depth;
    private final int height;
    private final int blocks; // in a box
    private final int rows; // of the result in a box, unless it is whole

    PoolBoxes(PoolShape shape) {
        this.shape = shape;
        PoolRegions r = shape.regions();
        int width = size(r, 2, r.out()[2]);
        int fullHeight = size(r, 1, r.out()[1]);
        int fullDepth = size(r, 0, r.out()[0]);
        row = width * shape.inner();
        whole = (long) fullDepth * fullHeight * row <= BOX;
        int extent = extent(r, 1, 1);
        rows = whole ? r.out()[1] : Math.max(1, Math.min(r.out()[1], (BOX / row - extent) / r.stride()[1] + 1));
        height = whole ? fullHeight : extent(r, 1, rows);
        depth = whole ? fullDepth : extent(r, 0, 1);
        slab = height * row;
        box = depth * slab;
        blocks = whole ? Math.max(1, TOGETHER / Math.max(1, box)) : 1;
        count = whole ? (shape.outer() + blocks - 1) / blocks : shape.outer() * r.out()[0] * rowBoxes();
    }

    private static int extent(PoolRegions r, int dim, int windows) {
        return (windows - 1) * r.stride()[dim] + (r.kernel()[dim] - 1) * r.step()[dim] + 1;
    }

    /** Positions that windows reach, and the whole input: what no window reaches has a gradient, too, which is 0. */
    private static int size(PoolRegions r, int dim, int windows) {
        return Math.max(extent(r, dim, windows), r.padding()[dim] + r.in()[dim]);
    }

    private int rowBoxes() {
        return (shape.regions().out()[1] + rows - 1) / rows;
    }

    /** The first block of a box. */
    int firstBlock(int index) {
        return whole ? index * blocks : index / (rowBoxes() * shape.regions().out()[0]);
    }

    /** Blocks in a box. */
    int blocks(int index) {
        return whole ? Math.min(blocks, shape.outer() - index * blocks) : 1;
    }

    /** The first slab of the result that a box gives. */
    int firstDepth(int index) {
        return whole ? 0 : index / rowBoxes() % shape.regions().out()[0];
    }

    /** Slabs of the result that a box gives. */
    int depths() {
        return whole ? shape.regions().out()[0] : 1;
    }

    /** The first row of the result that a box gives. */
    int firstRow(int index) {
        return whole ? 0 : index % rowBoxes() * rows;
    }

    /** Rows of the result that a box gives, in each slab. */
    int rows(int index) {
        return whole ? rows : Math.min(rows, shape.regions().out()[1] - firstRow(index));
    }

    /** Elements of all blocks of the largest box. */
    int capacity() {
        return blocks * box;
    }

    /** Elements of the result that the largest box gives. */
    int outCapacity() {
        return blocks * depths() * rows * shape.outRow();
    }

    /** Where the result of a box starts. */
    int outStart(int index) {
        return firstBlock(index) * shape.outBlock() + (firstDepth(index) * shape.regions().out()[1] + firstRow(index)) * shape.outRow();
    }

    /** For each element of a row of the result, where in a box's row its window starts. */
    int[] starts() {
        int[] starts = new int[shape.outRow()];
        int next = shape.regions().stride()[2] * shape.inner();
        for (int ow = 0, at = 0; at < starts.length; ow++) {
            for (int c = 0; c < shape.inner(); c++) {
                starts[at++] = ow * next + c;
            }
        }
        return starts;
    }

    /** Copies a run of input: to or from {@code array} at {@code at}, from or to element {@code position} of the tensor. */
    interface Copy {
        void run(int position, float[] array, int at, int count);
    }

    /** Fills {@code to} with a box of input; padding has 0. */
    void load(int index, Copy input, float[] to) {
        PoolRegions r = shape.regions();
        int first = firstBlock(index);
        int n = blocks(index);
        if (whole && box == shape.block() && isUnpadded(r)) {
            input.run(first * box, to, 0, n * box);
            return;
        }
        for (int b = 0; b < n; b++) {
            overRows(index, first + b, b * box, (position, at, count, end) -> {
                if (count == 0) {
                    Arrays.fill(to, at, end, 0);
                    return;
                }
                int left = r.padding()[2] * shape.inner();
                Arrays.fill(to, at, at + left, 0);
                input.run(position, to, at + left, count);
                Arrays.fill(to, at + left + count, end, 0);
            });
        }
    }

    /** The inverse of {@link #load} for boxes of whole blocks: copies what is not padding. */
    void store(int index, Copy output, float[] from) {
        PoolRegions r = shape.regions();
        int first = firstBlock(index);
        int n = blocks(index);
        if (box == shape.block() && isUnpadded(r)) {
            output.run(first * box, from, 0, n * box);
            return;
        }
        for (int b = 0; b < n; b++) {
            overRows(index, first + b, b * box, (position, at, count, end) -> {
                if (count > 0) {
                    output.run(position, from, at + r.padding()[2] * shape.inner(), count);
                }
            });
        }
    }

    private static boolean isUnpadded(PoolRegions r) {
        return r.padding()[0] == 0 && r.padding()[1] == 0 && r.padding()[2] == 0;
    }

    private interface Row {
        /** A box's row at {@code at} to {@code end}; {@code count} elements of it are input, none in padding. */
        void run(int position, int at, int count, int end);
    }

    private void overRows(int index, int block, int at, Row rowWork) {
        PoolRegions r = shape.regions();
        int firstDepth = firstDepth(index) * r.stride()[0] - r.padding()[0];
        int firstHeight = firstRow(index) * r.stride()[1] - r.padding()[1];
        int used = Math.min(shape.row(), row - r.padding()[2] * shape.inner());
        for (int z = 0; z < depth; z++) {
            for (int y = 0; y < height; y++) {
                int id = firstDepth + z;
                int ih = firstHeight + y;
                boolean inside = id >= 0 && id < r.in()[0] && ih >= 0 && ih < r.in()[1];
                int from = at + z * slab + y * row;
                rowWork.run(block * shape.block() + (id * r.in()[1] + ih) * shape.row(), from, inside ? used : 0, from + row);
            }
        }
    }
}
