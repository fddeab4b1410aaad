package io.candela.tensor;

import io.candela.backend.Backend;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Elements in and out of tensors, and tensors made from rules. */
final class TensorData {
    private TensorData() {}

    static Tensor copyOf(Buffer data, DType dtype, int length, int... shape) {
        Shape s = shape.length == 0 && length != 1 ? Shape.of(length) : shape.length == 0 ? Shape.of(1) : Shape.of(shape);
        if (s.numel() != length) {
            throw new ShapeException("Tensor.of: shape %s has %d elements, the array %d", s, s.numel(), length);
        }
        Tensor t = Tensor.empty(s, dtype, Device.CPU);
        Backend.of(t).upload(data, dtype, t.storage(), 0);
        return t;
    }

    static ByteBuffer bytes(boolean[] data) {
        ByteBuffer out = ByteBuffer.allocate(data.length);
        for (int i = 0; i < data.length; i++) {
            out.put(i, (byte) (data[i] ? 1 : 0));
        }
        return out;
    }

    static float[] flatten(float[][] data) {
        int columns = data.length == 0 ? 0 : data[0].length;
        float[] out = new float[data.length * columns];
        for (int i = 0; i < data.length; i++) {
            if (data[i].length != columns) {
                throw new ShapeException("Tensor.of: row %d has %d elements, row 0 has %d", i, data[i].length, columns);
            }
            System.arraycopy(data[i], 0, out, i * columns, columns);
        }
        return out;
    }

    /** A number, or arrays nested to any depth. */
    static Tensor nested(Object data) {
        if (data instanceof Number n) {
            return n instanceof Long || n instanceof Integer || n instanceof Short || n instanceof Byte ? Tensor.scalar(n.longValue())
                    : Tensor.full(Shape.SCALAR, n.doubleValue(), DType.FLOAT32, Device.CPU);
        }
        if (data instanceof Boolean b) {
            return Tensor.full(Shape.SCALAR, b ? 1 : 0, DType.BOOL, Device.CPU);
        }
        int rank = 0;
        Class<?> element = data.getClass();
        for (; element.isArray(); element = element.getComponentType()) {
            rank++;
        }
        if (rank == 0 || !element.isPrimitive() || element == char.class) {
            throw new IllegalArgumentException("Tensor.tensor: a number or nested arrays of float, double, long, int, short, byte or boolean are needed, got "
                    + data.getClass().getSimpleName());
        }
        int[] sizes = new int[rank];
        Object at = data;
        for (int d = 0; d < rank && at != null; d++) {
            sizes[d] = java.lang.reflect.Array.getLength(at);
            at = d + 1 < rank && sizes[d] > 0 ? java.lang.reflect.Array.get(at, 0) : null;
        }
        int n = Shape.of(sizes).numel();
        Object flat = java.lang.reflect.Array.newInstance(element, n);
        fill(data, sizes, 0, flat, 0);
        if (flat instanceof float[] f) {
            return Tensor.of(f, sizes);
        } else if (flat instanceof double[] f) {
            return Tensor.of(f, sizes);
        } else if (flat instanceof long[] f) {
            return Tensor.of(f, sizes);
        } else if (flat instanceof int[] f) {
            return Tensor.of(f, sizes);
        } else if (flat instanceof short[] f) {
            return Tensor.of(f, sizes);
        } else if (flat instanceof boolean[] f) {
            return Tensor.of(f, sizes);
        }
        return Tensor.of((byte[]) flat, sizes);
    }

    private static int fill(Object from, int[] sizes, int depth, Object to, int at) {
        int n = java.lang.reflect.Array.getLength(from);
        if (n != sizes[depth]) {
            throw new ShapeException("Tensor.of: an array at depth %d has %d elements, the first one %d", depth, n, sizes[depth]);
        }
        if (depth == sizes.length - 1) {
            System.arraycopy(from, 0, to, at, n);
            return at + n;
        }
        int next = at;
        for (Object o : (Object[]) from) {
            next = fill(o, sizes, depth + 1, to, next);
        }
        return next;
    }

    static Tensor fromBuffer(ByteBuffer buffer, DType dtype, int... shape) {
        int n = buffer.remaining() / dtype.bytes();
        Shape s = shape.length == 0 ? Shape.of(n) : Shape.of(shape);
        if (s.numel() > n) {
            throw new ShapeException("fromBuffer: %s of %s needs %d bytes, the buffer has %d", s, dtype, (long) s.numel() * dtype.bytes(),
                    buffer.remaining());
        }
        ByteBuffer bytes = buffer.slice().order(ByteOrder.nativeOrder());
        bytes.limit(s.numel() * dtype.bytes());
        if (bytes.isDirect() && !bytes.isReadOnly() && s.numel() > 0) {
            return io.candela.backend.cpu.SharedMemory.share(bytes, dtype, s);
        }
        Tensor t = Tensor.empty(s, dtype, Device.CPU);
        Backend.of(t).upload(bytes, dtype, t.storage(), 0);
        return t;
    }

    static Tensor eye(int n) {
        float[] data = new float[Shape.of(n, n).numel()];
        for (int i = 0; i < n; i++) {
            data[i * n + i] = 1;
        }
        return Tensor.of(data, n, n);
    }

    static Tensor randint(long low, long high, Shape shape, Generator generator) {
        if (low >= high) {
            throw new IllegalArgumentException("randint: low %d must be below high %d".formatted(low, high));
        }
        long[] data = new long[shape.numel()];
        generator.randint(data, 0, data.length, low, high);
        return Tensor.of(data, data.length).view(shape.toArray());
    }

    static Tensor at(Tensor t, int... index) {
        if (index.length != t.dim()) {
            throw new ShapeException("at: %d indices for %s", index.length, t.shape());
        }
        Tensor out = t.detach();
        for (int i : index) {
            out = out.select(0, i);
        }
        return out;
    }

    private static void checkOne(Tensor t) {
        if (t.numel() != 1) {
            throw new ShapeException("item: only a tensor of one element is a number, got %s", t.shape());
        }
    }

    static double item(Tensor t) {
        checkOne(t);
        if (t.dtype() == DType.FLOAT32) { // a loss, read at every step
            FloatBuffer one = FloatBuffer.allocate(1);
            Backend.of(t).download(t.storage(), DType.FLOAT32, t.offset(), one);
            return one.get(0);
        }
        return toDoubles(t)[0];
    }

    static long itemLong(Tensor t) {
        checkOne(t);
        return toLongs(t)[0];
    }

    /** The elements in row-major order in the wanted type, outside the graph. */
    private static Tensor dense(Tensor t, DType dtype) {
        Tensor d = t.detach();
        return (d.dtype() == dtype ? d : d.to(dtype)).contiguous();
    }

    private static <B extends Buffer> B download(Tensor t, DType dtype, B out) {
        Tensor d = dense(t, dtype);
        Backend.of(d).download(d.storage(), dtype, d.offset(), out);
        Reference.reachabilityFence(d);
        return out;
    }

    static float[] toFloats(Tensor t) {
        return download(t, DType.FLOAT32, FloatBuffer.allocate(t.numel())).array();
    }

    static double[] toDoubles(Tensor t) {
        return download(t, DType.FLOAT64, DoubleBuffer.allocate(t.numel())).array();
    }

    static long[] toLongs(Tensor t) {
        return download(t, DType.INT64, LongBuffer.allocate(t.numel())).array();
    }

    static int[] toInts(Tensor t) {
        return download(t, DType.INT32, IntBuffer.allocate(t.numel())).array();
    }

    static short[] toShorts(Tensor t) {
        return download(t, DType.INT16, ShortBuffer.allocate(t.numel())).array();
    }

    static boolean[] toBooleans(Tensor t) {
        byte[] bytes = download(t, DType.BOOL, ByteBuffer.allocate(t.numel())).array();
        boolean[] out = new boolean[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[i] != 0;
        }
        return out;
    }

    static ByteBuffer toBytes(Tensor t) {
        ByteBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(t.numel(), t.dtype().bytes())).order(ByteOrder.nativeOrder());
        return download(t, t.dtype(), out);
    }
}
