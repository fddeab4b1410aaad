package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;

/** float32 elements from one order in memory to another by oneDNN: images, and weights to and from the layouts that it chooses. */
final class ReorderDnn {
    /** Elements per thread below which sharing costs more than it saves. */
    private static final int SHARE = 32 << 10;
    /** Filters per part of a large weight: a multiple of every block that oneDNN makes of them. */
    private static final int FILTERS = 64;
    private static final int MOST_DIMENSIONS = 12;

    private ReorderDnn() {}

    /** A dense order is told by its strides, a layout by itself; {@code first} counts filters. */
    private record Key(Shape shape, int[] strides, DnnLayout layout, int first, boolean pack) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key k && layout == k.layout && first == k.first && pack == k.pack && shape.equals(k.shape)
                    && Arrays.equals(strides, k.strides);
        }

        @Override
        public int hashCode() {
            return (shape.hashCode() * 31 + Arrays.hashCode(strides)) * 31 + System.identityHashCode(layout) + first;
        }
    }

    /** Copies between row-major and channels-last order; false if the tensors lie otherwise. */
    static boolean copy(Tensor source, Tensor out) {
        if (source.dtype() != DType.FLOAT32 || out.dtype() != DType.FLOAT32 || out.dim() < 3 || !source.shape().equals(out.shape())) {
            return false;
        }
        boolean fits = source.isContiguous() && out.isContiguous(MemoryFormat.CHANNELS_LAST)
                || source.isContiguous(MemoryFormat.CHANNELS_LAST) && out.isContiguous();
        if (!fits) {
            return false;
        }
        int[] fromStrides = strides(source);
        int[] toStrides = strides(out);
        int images = out.size(0);
        int image = out.numel() / images;
        int parts = Math.min(images, Math.min(Workers.threads(), Math.max(1, out.numel() / SHARE)));
        int step = (images + parts - 1) / parts;
        long from = HostStorage.floatsAddress(source);
        long to = HostStorage.floatsAddress(out);
        Workers.run((images + step - 1) / step, i -> {
            Shape part = out.shape().with(0, Math.min(step, images - i * step));
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(part, fromStrides, null, 0, source.isContiguous());
            long shift = 4L * i * step * image;
            dnn.run(dnn.primitive(key, () -> build(desc(part, fromStrides), desc(part, toStrides))), from + shift, to + shift);
        });
        return true;
    }

    /** Whether {@link #gather} takes a tensor: whole runs of each dimension lie between two elements of the next, as oneDNN wants it. */
    static boolean canGather(Tensor source) {
        if (source.dim() > MOST_DIMENSIONS) {
            return false;
        }
        int[] strides = source.strides();
        for (int i = 0; i < strides.length; i++) {
            if (source.size(i) == 1) {
                continue;
            }
            for (int k = 0; k < strides.length; k++) {
                if (strides[i] < 1 || k != i && source.size(k) > 1 && strides[k] >= strides[i] && strides[k] < (long) strides[i] * source.size(i)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Copies a tensor that lies in any order, see {@link #canGather}, to a contiguous one of its shape. Where the innermost dimension has gaps, such as
     * after a transposition, this takes a tenth of the time that element by element reads do.
     */
    static void gather(Tensor source, Tensor out) {
        int rows = out.size(0);
        int parts = Math.min(rows, Math.min(Workers.threads(), Math.max(1, out.numel() / SHARE)));
        int step = (rows + parts - 1) / parts;
        int[] strides = source.strides();
        long from = HostStorage.floatsAddress(source);
        long to = HostStorage.floatsAddress(out);
        int row = out.numel() / rows;
        Workers.run((rows + step - 1) / step, i -> {
            Shape part = out.shape().with(0, Math.min(step, rows - i * step));
            Dnn dnn = HostThread.current().dnn();
            Dnn.Primitive p = dnn.primitive(new Key(part, strides, null, -2, false), () -> build(desc(part, strides), desc(part, part.contiguousStrides())));
            dnn.run(p, from + 4L * i * step * strides[0], to + 4L * i * step * row);
        });
    }

    /** Copies contiguous elements of a type of which all numbers that oneDNN makes floats of come out exact or rounded to nearest; false if it is another. */
    static boolean widen(Tensor source, Tensor out) {
        memory.data_type type = switch (source.dtype()) {
            case BFLOAT16 -> memory.data_type.bf16;
            case INT32 -> memory.data_type.s32;
            case INT8 -> memory.data_type.s8;
            case UINT8, BOOL -> memory.data_type.u8;
            default -> null; // float16 has no vectors there
        };
        int n = out.numel();
        if (type == null || !source.isContiguous() || !out.isContiguous() || source.numel() != n) {
            return false;
        }
        int parts = Math.min(Workers.threads(), Math.max(1, n / SHARE));
        int step = (n + parts - 1) / parts;
        int bytes = source.dtype().bytes();
        long from = HostStorage.of(source).address() + (long) bytes * source.offset();
        long to = HostStorage.floatsAddress(out);
        Workers.run((n + step - 1) / step, i -> {
            int count = Math.min(step, n - i * step);
            Dnn dnn = HostThread.current().dnn();
            Dnn.Primitive p = dnn.primitive(new WidenKey(count, source.dtype()),
                    () -> build(new memory.desc(new long[] {count}, type, new long[] {1}), desc(Shape.of(count), 1)));
            dnn.run(p, from + (long) bytes * i * step, to + 4L * i * step);
        });
        return true;
    }

    private record WidenKey(int count, DType type) {}

    /** Writes a weight to {@code address} in a layout. */
    static void pack(Tensor weight, int groups, DnnLayout layout, long address) {
        convert(weight, groups, layout, address, true);
    }

    /** Reads a weight from {@code address} in a layout. */
    static void unpack(DnnLayout layout, long address, int groups, Tensor weight) {
        convert(weight, groups, layout, address, false);
    }

    /** As {@link #unpack(DnnLayout, long, int, Tensor)}, of some filters, on this thread alone, to row-major order at {@code target}. */
    static void unpack(DnnLayout layout, long address, Shape part, long target) {
        Dnn dnn = HostThread.current().dnn();
        int[] strides = part.contiguousStrides();
        Key key = new Key(part, strides, layout, -1, false);
        dnn.run(dnn.primitive(key, () -> build(layout.desc, desc(part, strides))), address, target);
    }

    /** Between channels-last order at {@code plain} and a layout at {@code blocked}, on this thread alone. */
    static void block(Shape shape, DnnLayout layout, long plain, long blocked, boolean toBlocked) {
        Dnn dnn = HostThread.current().dnn();
        int[] strides = MemoryFormat.CHANNELS_LAST.strides(shape);
        Key key = new Key(shape, strides, layout, -1, toBlocked);
        Dnn.Primitive p = dnn.primitive(key, () -> toBlocked ? build(desc(shape, strides), layout.desc) : build(layout.desc, desc(shape, strides)));
        dnn.run(p, toBlocked ? plain : blocked, toBlocked ? blocked : plain);
    }

    /** Copies as many channels of a channels-last tensor as {@code to} has, from the first one's address on, to a dense one, or back; on this thread alone. */
    static void channels(Shape from, long source, Shape to, long target) {
        Dnn dnn = HostThread.current().dnn();
        boolean out = from.dim(1) > to.dim(1);
        Shape part = out ? to : from;
        int[] wide = MemoryFormat.CHANNELS_LAST.strides(out ? from : to);
        Key key = new Key(part, wide, null, -1, out);
        dnn.run(dnn.primitive(key, () -> {
            memory.desc some = desc(part, wide);
            memory.desc dense = desc(part, MemoryFormat.CHANNELS_LAST.strides(part));
            return out ? build(some, dense) : build(dense, some);
        }), source, target);
    }

    /** Copies rows of a matrix, whose strides are given, on this thread alone. */
    static void rows(int rows, int columns, int fromStride, long from, int toStride, long to) {
        Dnn dnn = HostThread.current().dnn();
        RowsKey key = new RowsKey(rows, columns, fromStride, toStride);
        dnn.run(dnn.primitive(key, () -> build(desc(Shape.of(rows, columns), fromStride, 1), desc(Shape.of(rows, columns), toStride, 1))), from, to);
    }

    private record RowsKey(int rows, int columns, int fromStride, int toStride) {}

    private static void convert(Tensor weight, int groups, DnnLayout layout, long address, boolean pack) {
        int[] strides = strides(weight);
        int filters = weight.size(0);
        boolean whole = groups > 1 || filters % FILTERS != 0 || weight.numel() < SHARE || !layout.isCut(weight.shape(), FILTERS);
        int step = whole ? filters : FILTERS;
        long plain = HostStorage.floatsAddress(weight);
        Workers.run(filters / step, i -> {
            Shape part = weight.shape().with(0, step);
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(part, strides, layout, i * step, pack);
            long shifted = plain + 4L * i * step * strides[0];
            Dnn.Primitive p = dnn.primitive(key, () -> {
                memory.desc outside = weightDesc(part, strides, groups);
                memory.desc inside = whole ? layout.desc : layout.part(part, i * step);
                return pack ? build(outside, inside) : build(inside, outside);
            });
            dnn.run(p, pack ? shifted : address, pack ? address : shifted);
        });
    }

    /** A dense tensor's strides, of which those of sizes of 1 may be anything. */
    private static int[] strides(Tensor t) {
        return (t.isContiguous() ? MemoryFormat.CONTIGUOUS : MemoryFormat.CHANNELS_LAST).strides(t.shape());
    }

    private static Dnn.Primitive build(memory.desc from, memory.desc to) {
        var description = new reorder.primitive_desc(Dnn.engine(), from, Dnn.engine(), to);
        return new Dnn.Primitive("reorder", new reorder(description), new int[] {DNNL_ARG_FROM, DNNL_ARG_TO}, from, to);
    }

    static memory.desc desc(Shape shape, int... strides) {
        return new memory.desc(longs(shape.dims()), memory.data_type.f32, longs(strides));
    }

    /** A weight's description: with groups, oneDNN wants a dimension of their own in front. */
    static memory.desc weightDesc(Shape shape, int[] strides, int groups) {
        return groups == 1 ? desc(shape, strides) : new memory.desc(weightDims(shape, groups), memory.data_type.f32, weightStrides(shape, strides, groups));
    }

    static long[] weightDims(Shape shape, int groups) {
        if (groups == 1) {
            return longs(shape.dims());
        }
        long[] out = new long[shape.rank() + 1];
        out[0] = groups;
        out[1] = shape.dim(0) / groups;
        for (int i = 1; i < shape.rank(); i++) {
            out[i + 1] = shape.dim(i);
        }
        return out;
    }

    private static long[] weightStrides(Shape shape, int[] strides, int groups) {
        long[] out = new long[strides.length + 1];
        out[0] = (long) strides[0] * (shape.dim(0) / groups);
        for (int i = 0; i < strides.length; i++) {
            out[i + 1] = strides[i];
        }
        return out;
    }

    static long[] longs(int... values) {
        long[] out = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = values[i];
        }
        return out;
    }
}
