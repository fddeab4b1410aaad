package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import io.candela.backend.PoolRegions;
import io.candela.backend.cpu.PoolPrimitives.Pass;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Largest elements of uniform windows of float32 by oneDNN. It notes the number of the element in its window, as a byte, padding included.
 *
 * <p>It overlooks NaN and takes the lowest float for the least of all numbers. Input whose sum is not finite, and padded input where a result is
 * the lowest float, is left to {@link MaxPoolExact}, chunk by chunk.
 */
final class PoolDnn {
    private static final int MOST_NUMBERS = 255; // of a byte
    private static final int CHUNK = 128 << 10; // elements, for the second-level cache
    private static final int SHARE = 16 << 10; // elements per thread below which sharing costs more than it saves
    private static final int LANES = 16;

    private final PoolShape shape;
    private final PoolPrimitives primitives;
    private final int step; // blocks per chunk
    private final boolean padded;

    private PoolDnn(PoolShape shape) {
        this.shape = shape;
        primitives = new PoolPrimitives(dnnl_pooling_max, shape);
        int most = Math.max(1, Math.min(Workers.threads(), shape.outer() * shape.block() / SHARE));
        int each = Math.min((shape.outer() + most - 1) / most, Math.max(1, CHUNK / shape.block()));
        // In row-major order oneDNN gathers as many planes as a vector has lanes.
        step = shape.inner() > 1 || each < LANES ? each : each / LANES * LANES;
        padded = Arrays.stream(shape.regions().padding()).sum() > 0 || overhangs(shape.regions());
    }

    private static boolean overhangs(PoolRegions r) {
        for (int i = 0; i < 3; i++) {
            if ((r.out()[i] - 1) * r.stride()[i] + r.kernel()[i] > r.in()[i]) {
                return true;
            }
        }
        return false;
    }

    /** Whether oneDNN has windows of that kind. */
    static boolean fits(DType dtype, PoolRegions r) {
        return dtype == DType.FLOAT32 && r.isUniform() && Arrays.stream(r.step()).allMatch(s -> s == 1)
                && Arrays.stream(r.kernel()).reduce(1, Math::multiplyExact) <= MOST_NUMBERS;
    }

    private int chunks() {
        return (shape.outer() + step - 1) / step;
    }

    /** @param numbers uint8, or null */
    static void max(Tensor x, PoolShape shape, Tensor out, Tensor numbers) {
        PoolDnn pool = new PoolDnn(shape);
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        long noted = numbers == null ? 0 : bytesAddress(numbers);
        Workers.run(pool.chunks(), c -> {
            int first = c * pool.step;
            int blocks = Math.min(pool.step, shape.outer() - first);
            HostThread thread = HostThread.current();
            long source = from + 4L * first * shape.block();
            long target = to + 4L * first * shape.outBlock();
            boolean plain = ReduceDnn.isFinite(thread, source, blocks * shape.block());
            if (plain) {
                if (numbers == null) {
                    thread.dnn().run(pool.primitives.of(thread, Pass.EVALUATION, blocks), source, target);
                } else {
                    long notes = noted + (long) first * shape.outBlock();
                    thread.dnn().run(pool.primitives.of(thread, Pass.TRAINING, blocks), source, target, notes);
                }
                plain = !pool.padded || ReduceDnn.least(thread, target, blocks * shape.outBlock()) > -Float.MAX_VALUE;
            }
            if (!plain) {
                MaxPoolExact.run(x, shape, out, numbers, first, first + blocks);
            }
        });
    }

    /** Whether oneDNN's gradient is the faster one: with channels last, if they fill a vector. */
    static boolean isFastBackward(PoolShape shape) {
        return shape.inner() >= LANES;
    }

    /** The gradient of {@link #max} from the numbers that it noted. */
    static void backward(Tensor g, Tensor numbers, PoolShape shape, Tensor out) {
        PoolDnn pool = new PoolDnn(shape);
        long from = HostStorage.floatsAddress(g);
        long to = HostStorage.floatsAddress(out);
        long noted = bytesAddress(numbers);
        Workers.run(pool.chunks(), c -> {
            int first = c * pool.step;
            HostThread thread = HostThread.current();
            Dnn.Primitive primitive = pool.primitives.of(thread, Pass.BACKWARD, Math.min(pool.step, shape.outer() - first));
            thread.dnn().run(primitive, from + 4L * first * shape.outBlock(), to + 4L * first * shape.block(), noted + (long) first * shape.outBlock());
        });
    }

    /** Numbers as distances from the sample's first element: uint8 to int32. */
    static void distances(Tensor numbers, PoolShape shape, Tensor places) {
        PoolRegions r = shape.regions();
        int[] ways = new int[r.kernel()[0] * r.kernel()[1] * r.kernel()[2]];
        for (int i = 0; i < ways.length; i++) {
            int w = i % r.kernel()[2];
            int h = i / r.kernel()[2] % r.kernel()[1];
            int d = i / r.kernel()[2] / r.kernel()[1];
            ways[i] = (d * r.in()[1] + h) * shape.row() + w * shape.inner();
        }
        int[] starts = new int[shape.outRow()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = (i / shape.inner() * r.stride()[2] - r.padding()[2]) * shape.inner() + i % shape.inner();
        }
        HostStorage from = HostStorage.of(numbers);
        HostStorage to = HostStorage.of(places);
        int fromStart = from.start + numbers.offset();
        int toStart = (to.start >> 2) + places.offset();
        int row = shape.outRow();
        int rows = numbers.numel() / row;
        int together = Math.max(1, Math.min(rows, SHARE / row));
        Workers.run((rows + together - 1) / together, c -> {
            int first = c * together;
            int count = Math.min(together, rows - first);
            HostThread thread = HostThread.current();
            byte[] number = thread.scratchBytes(together * row);
            int[] place = thread.scratchInts(together * row);
            from.block.bytes.get(fromStart + first * row, number, 0, count * row);
            for (int i = 0; i < count; i++) {
                int oh = (first + i) % r.out()[1];
                int od = (first + i) / r.out()[1] % r.out()[0];
                int block = (first + i) / r.out()[1] / r.out()[0];
                int line = (od * r.stride()[0] - r.padding()[0]) * r.in()[1] + oh * r.stride()[1] - r.padding()[1];
                place(number, starts, ways, shape.startInSample(block) + line * shape.row(), place, i * row);
            }
            to.block.ints.put(toStart + first * row, place, 0, count * row);
        });
    }

    private static void place(byte[] number, int[] starts, int[] ways, int start, int[] place, int at) {
        for (int i = 0; i < starts.length; i++) {
            place[at + i] = start + starts[i] + ways[number[at + i] & 0xFF];
        }
    }

    private static long bytesAddress(Tensor t) {
        HostStorage storage = HostStorage.of(t);
        return storage.block.address() + storage.start + t.offset();
    }
}
