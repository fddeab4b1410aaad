package io.candela.backend.cpu;

import io.candela.backend.PoolRegions;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Largest elements of uniform windows in float32, slabs first, then rows, then columns: each step copies the first elements of all windows side by
 * side, then the second ones, and takes the larger of each pair in one long loop.
 *
 * <p>The loops work on integers that sort as the floats do and choose with masks. HotSpot vectorizes that, as long as a loop has one store and all
 * its arrays one index, unlike comparisons of floats that also move an index.
 */
final class MaxPoolFloats {
    private static final int INFINITY = 0x7F800000;
    /** Sorts before all other numbers; results that may come from it are looked at again. */
    private static final Integer PADDING = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);

    private final PoolShape shape;
    private final PoolBoxes boxes;
    private final int[] starts;
    private final HostStorage source;
    private final HostStorage target;
    private final HostStorage placed; // null when nobody asks for places
    private final int sourceStart;
    private final int targetStart;
    private final int placedStart;

    private MaxPoolFloats(Tensor x, PoolShape shape, Tensor out, Tensor places) {
        this.shape = shape;
        boxes = new PoolBoxes(shape);
        starts = boxes.starts();
        source = HostStorage.of(x);
        sourceStart = (source.start >> 2) + x.offset();
        target = HostStorage.of(out);
        targetStart = (target.start >> 2) + out.offset();
        placed = places == null ? null : HostStorage.of(places);
        placedStart = places == null ? 0 : (placed.start >> 2) + places.offset();
    }

    static void run(Tensor x, PoolShape shape, Tensor out, Tensor places) {
        MaxPoolFloats pool = new MaxPoolFloats(x, shape, out, places);
        Workers.run(pool.boxes.count, index -> {
            boolean finite = pool.box(index);
            if (!finite && places != null) { // where −∞ may be padding, and where of several NaNs the last one counts
                MaxPoolExact.run(x, shape, out, places, pool.boxes, index);
            }
        });
    }

    /** The elements that are left, in a box's order, and how far each has moved from the start of its window. */
    private static final class Left {
        int[] keys;
        int[] moves; // meaningless before the first step that moves
        int[] nextKeys;
        int[] nextMoves;
        boolean moved;
        int outer; // of the dimension at hand
        int size;
        int segment; // neighbours in memory that stay together
    }

    /** Does a box; whether all results are finite. */
    private boolean box(int index) {
        HostThread thread = HostThread.current();
        int capacity = boxes.capacity();
        Left left = new Left();
        left.keys = thread.scratchInts(0, capacity);
        left.nextKeys = thread.scratchInts(1, capacity);
        if (placed != null) {
            left.moves = thread.scratchInts(2, capacity);
            left.nextMoves = thread.scratchInts(3, capacity);
        }
        boxes.load(index, (position, array, at, count) -> source.block.ints.get(sourceStart + position, array, at, count), left.keys, PADDING);
        int blocks = boxes.blocks(index);
        toKeys(left.keys, blocks * boxes.box);
        PoolRegions r = shape.regions();
        int rows = boxes.rows(index);
        step(left, 0, blocks, boxes.box / boxes.slab, boxes.slab, boxes.depths(), shape.row() * r.in()[1], thread);
        step(left, 1, blocks * boxes.depths(), boxes.slab / boxes.row, boxes.row, rows, shape.row(), thread);
        step(left, 2, blocks * boxes.depths() * rows, boxes.row / shape.inner(), shape.inner(), r.out()[2], shape.inner(), thread);
        if (placed != null && !left.moved) {
            Arrays.fill(left.moves, 0, blocks * boxes.depths() * rows * shape.outRow(), 0);
        }
        return write(index, left);
    }

    /**
     * Reduces one dimension from {@code size} to {@code count}.
     *
     * @param way what one position adds to a place
     */
    private void step(Left left, int dim, int outer, int size, int segment, int count, int way, HostThread thread) {
        int kernel = shape.regions().kernel()[dim];
        int stride = shape.regions().stride()[dim];
        int step = shape.regions().step()[dim];
        if (kernel == 1 && stride == 1 && size == count) {
            return;
        }
        left.outer = outer;
        left.size = size;
        left.segment = segment;
        int n = outer * count * segment;
        int[] keys = left.nextKeys;
        int[] moves = left.nextMoves;
        gather(left, left.keys, 0, stride, count, keys);
        if (left.moved) {
            gather(left, left.moves, 0, stride, count, moves);
        }
        int[] other = thread.scratchInts(4, n);
        int[] otherMoves = thread.scratchInts(5, n);
        int[] mask = thread.scratchInts(6, n);
        for (int k = 1; k < kernel; k++) {
            gather(left, left.keys, k * step, stride, count, other);
            if (moves == null) {
                larger(keys, other, n);
                continue;
            }
            if (left.moved) { // the element that comes first may be in the later column
                gather(left, left.moves, k * step, stride, count, otherMoves);
                lessOrLater(keys, other, moves, otherMoves, k * step * way, mask, n);
                choose(moves, otherMoves, k * step * way, mask, n);
            } else {
                less(keys, other, mask, n);
                if (k == 1) {
                    move(moves, step * way, mask, n);
                } else {
                    choose(moves, k * step * way, mask, n);
                }
            }
            choose(keys, other, mask, n);
        }
        left.nextKeys = left.keys;
        left.keys = keys;
        if (moves != null && (left.moved || kernel > 1)) {
            left.nextMoves = left.moves;
            left.moves = moves;
            left.moved = true;
        }
    }

    /** Copies of each outer part {@code count} segments, {@code stride} apart, from number {@code first} on. */
    private static void gather(Left left, int[] from, int first, int stride, int count, int[] to) {
        int segment = left.segment;
        if (stride == 1) {
            for (int o = 0; o < left.outer; o++) {
                System.arraycopy(from, (o * left.size + first) * segment, to, o * count * segment, count * segment);
            }
        } else if (segment > 1) {
            for (int o = 0, at = 0; o < left.outer; o++) {
                for (int i = 0, p = (o * left.size + first) * segment; i < count; i++, at += segment, p += stride * segment) {
                    System.arraycopy(from, p, to, at, segment);
                }
            }
        } else {
            for (int o = 0; o < left.outer; o++) {
                everyOther(from, o * left.size + first, stride, to, o * count, count);
            }
        }
    }

    private static void everyOther(int[] from, int p, int stride, int[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] = from[p + i * stride];
        }
    }

    /** Keys sort as the floats whose bits they were, zeros of both signs are equal, NaN is above infinity. */
    private static void toKeys(int[] a, int n) {
        for (int i = 0; i < n; i++) {
            int bits = a[i];
            int magnitude = bits & Integer.MAX_VALUE;
            int negative = bits >> 31 & magnitude - (INFINITY + 1) >> 31;
            a[i] = (magnitude ^ negative) - negative;
        }
    }

    private static void toBits(int[] a, int n) {
        for (int i = 0; i < n; i++) {
            int key = a[i];
            int negative = key >> 31;
            a[i] = (key ^ negative) - negative | negative & Integer.MIN_VALUE;
        }
    }

    // x < y without overflow is the sign of d ^ (x ^ y) & (d ^ x), with d = x − y: Warren, Hacker's Delight, section 2-12

    private static void larger(int[] a, int[] b, int n) {
        for (int i = 0; i < n; i++) {
            int x = a[i];
            int differ = x ^ b[i];
            int d = x - b[i];
            a[i] = x ^ differ & (d ^ differ & (d ^ x)) >> 31;
        }
    }

    private static void less(int[] a, int[] b, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            int x = a[i];
            int d = x - b[i];
            mask[i] = (d ^ (x ^ b[i]) & (d ^ x)) >> 31;
        }
    }

    /** Whether b is larger, or equal and its place, {@code way} behind its move, before a's. */
    private static void lessOrLater(int[] a, int[] b, int[] moves, int[] otherMoves, int way, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            int x = a[i];
            int differ = x ^ b[i];
            int d = x - b[i];
            int later = otherMoves[i] + way - moves[i];
            mask[i] = (d ^ differ & (d ^ x) | later & ((differ | -differ) ^ -1)) >> 31;
        }
    }

    private static void choose(int[] a, int[] b, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = a[i] ^ (a[i] ^ b[i]) & mask[i];
        }
    }

    private static void choose(int[] moves, int[] otherMoves, int way, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            moves[i] = moves[i] ^ (moves[i] ^ otherMoves[i] + way) & mask[i];
        }
    }

    private static void choose(int[] moves, int way, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            moves[i] = moves[i] ^ (moves[i] ^ way) & mask[i];
        }
    }

    private static void move(int[] moves, int way, int[] mask, int n) {
        for (int i = 0; i < n; i++) {
            moves[i] = way & mask[i];
        }
    }

    /** Writes the keys as floats, and their places; whether all are finite. */
    private boolean write(int index, Left left) {
        PoolRegions r = shape.regions();
        int first = boxes.firstBlock(index);
        int rows = boxes.rows(index);
        int n = boxes.blocks(index) * boxes.depths() * rows * starts.length;
        int top = 0;
        if (placed != null) {
            top = top(left.keys, n);
            int at = 0;
            for (int b = 0; b < boxes.blocks(index); b++) {
                for (int z = 0; z < boxes.depths(); z++) {
                    int id = (boxes.firstDepth(index) + z) * r.stride()[0] - r.padding()[0];
                    for (int y = 0; y < rows; y++) {
                        int ih = (boxes.firstRow(index) + y) * r.stride()[1] - r.padding()[1];
                        addStarts(left.moves, at, shape.startInSample(first + b) + (id * r.in()[1] + ih) * shape.row() - r.padding()[2] * shape.inner());
                        at += starts.length;
                    }
                }
            }
            placed.block.ints.put(placedStart + boxes.outStart(index), left.moves, 0, n);
        }
        toBits(left.keys, n);
        target.block.ints.put(targetStart + boxes.outStart(index), left.keys, 0, n);
        return top < INFINITY - 1; // ~key of −∞ is that
    }

    private void addStarts(int[] moves, int at, int place) {
        int[] s = starts;
        for (int i = 0; i < s.length; i++) {
            moves[at + i] += place + s[i];
        }
    }

    private static int top(int[] keys, int n) {
        int top = 0;
        for (int i = 0; i < n; i++) {
            top = Math.max(top, keys[i] ^ keys[i] >> 31);
        }
        return top;
    }
}
