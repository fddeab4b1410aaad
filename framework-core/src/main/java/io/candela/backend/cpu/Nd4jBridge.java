package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shares memory between tensors and ND4J arrays. Nothing else in the framework starts ND4J, which takes about 0.4 s. */
public final class Nd4jBridge {
    private Nd4jBridge() {}

    /**
     * An ND4J array over a tensor's memory, which stays while the array or a view of it is reachable. Do not release the tensor before.
     *
     * @throws DeviceException if the tensor is not on the CPU
     * @throws DTypeException if ND4J has no such type
     * @throws UnsatisfiedLinkError if ND4J has no library for this platform
     */
    public static INDArray share(Tensor t) {
        if (t.device().type() != Device.Type.CPU) {
            throw new DeviceException("toNd4j: the tensor is on %s; move it with to(Device.CPU)", t.device());
        }
        Engine.check();
        HostStorage s = HostStorage.of(t);
        if (t.numel() == 0) {
            return Nd4j.create(type(t.dtype()), longs(t.shape().dims()));
        }
        s.exposed = true;
        // The buffer covers the storage from its start; ND4J takes offset and strides as we have them.
        long count = s.bytes() / t.dtype().bytes();
        ByteBuffer bytes = s.block.bytes.slice(s.start, Math.toIntExact(s.bytes())).order(java.nio.ByteOrder.nativeOrder());
        Pointer pointer = pointer(t.dtype(), bytes);
        pointer.limit(count);
        DataBuffer buffer = Nd4j.createBuffer(pointer, count, type(t.dtype()));
        Keeper.CLEANER.register(buffer, new Keeper(s));
        return Nd4j.create(buffer, longs(t.shape().dims()), longs(t.strides()), t.offset(), 'c', type(t.dtype()));
    }

    /**
     * A tensor over an ND4J array's memory. It keeps the array reachable.
     *
     * @throws DTypeException if there is no such element type
     */
    public static Tensor share(INDArray array) {
        DType dtype = type(array.dataType());
        if (array.isEmpty()) {
            return Tensor.empty(array.rank() == 0 ? Shape.of(0) : Shape.of(ints(array.shape())), dtype, Device.CPU);
        }
        DataBuffer data = array.data();
        Pointer pointer = data.pointer();
        long elements = array.offset() + 1; // the pointer of a view's buffer is that of the whole, its length is not
        for (int d = 0; d < array.rank(); d++) {
            elements += Math.max(0, array.stride(d) * (array.size(d) - 1));
        }
        long bytes = elements * dtype.bytes();
        ByteBuffer buffer = new BytePointer(pointer).position(0).limit(bytes).capacity(bytes).asByteBuffer();
        HostStorage storage = new HostStorage(new HostBlock(buffer, Math.toIntExact(bytes)), bytes, array);
        return Tensor.over(storage, dtype, Shape.of(ints(array.shape())), ints(array.stride()), Math.toIntExact(array.offset()));
    }

    /** Starts ND4J, once; where it cannot be, says so each time in one sentence. */
    private static final class Engine {
        static final Throwable PROBLEM = start();

        private static Throwable start() {
            try {
                Nd4j.getBackend();
                return null;
            } catch (LinkageError | RuntimeException e) {
                return e;
            }
        }

        static void check() {
            if (PROBLEM != null) {
                UnsatisfiedLinkError missing = new UnsatisfiedLinkError("ND4J: cannot start on platform " + Loader.getPlatform()
                        + "; add org.nd4j:nd4j-native and org.bytedeco:openblas with classifier " + Loader.getPlatform() + " to the class path");
                missing.initCause(PROBLEM);
                throw missing;
            }
        }
    }

    /** Holds a storage until ND4J's buffer over it is unreachable: pooled memory would be recycled before. */
    private record Keeper(HostStorage storage) implements Runnable {
        static final Cleaner CLEANER = Cleaner.create();

        @Override
        public void run() {} // being let go is all
    }

    private static Pointer pointer(DType dtype, ByteBuffer bytes) {
        return switch (dtype) {
            case FLOAT32 -> new FloatPointer(bytes.asFloatBuffer());
            case FLOAT64 -> new DoublePointer(bytes.asDoubleBuffer());
            case INT64 -> new LongPointer(bytes.asLongBuffer());
            case INT32 -> new IntPointer(bytes.asIntBuffer());
            case INT16, FLOAT16, BFLOAT16 -> new ShortPointer(bytes.asShortBuffer());
            case UINT8, INT8 -> new BytePointer(bytes);
            case BOOL -> new BooleanPointer(new BytePointer(bytes));
        };
    }

    private static DataType type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> DataType.FLOAT;
            case FLOAT64 -> DataType.DOUBLE;
            case INT64 -> DataType.LONG;
            case INT32 -> DataType.INT;
            case INT16 -> DataType.SHORT;
            case INT8 -> DataType.BYTE;
            case FLOAT16 -> DataType.HALF;
            case BFLOAT16 -> DataType.BFLOAT16;
            case UINT8 -> DataType.UBYTE;
            case BOOL -> DataType.BOOL;
        };
    }

    private static DType type(DataType type) {
        return switch (type) {
            case FLOAT -> DType.FLOAT32;
            case DOUBLE -> DType.FLOAT64;
            case LONG -> DType.INT64;
            case INT -> DType.INT32;
            case SHORT -> DType.INT16;
            case BYTE -> DType.INT8;
            case HALF -> DType.FLOAT16;
            case BFLOAT16 -> DType.BFLOAT16;
            case UBYTE -> DType.UINT8;
            case BOOL -> DType.BOOL;
            default -> throw new DTypeException("Tensor.of: ND4J's %s has no counterpart; cast the array first", type);
        };
    }

    private static long[] longs(int[] values) {
        long[] out = new long[values.length];
        java.util.Arrays.setAll(out, i -> values[i]);
        return out;
    }

    private static int[] ints(long[] values) {
        int[] out = new int[values.length];
        java.util.Arrays.setAll(out, i -> Math.toIntExact(values[i]));
        return out;
    }
}
