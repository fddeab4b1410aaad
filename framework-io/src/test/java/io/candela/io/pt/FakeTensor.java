package io.candela.io.pt;

import io.candela.io.ByteWindow;
import io.candela.io.ElementType;
import io.candela.io.Leaves;
import io.candela.io.TensorRef;
import io.candela.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A tensor made of nothing but its geometry and bytes, so that the format is tested without the framework's tensors. */
record FakeTensor(ByteBuffer storage, ElementType type, long offset, long[] sizes, long[] strides, boolean requiresGrad, boolean parameter)
        implements TensorView {

    static FakeTensor of(long[] sizes, float... elements) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(elements);
        return new FakeTensor(bytes, ElementType.FLOAT32, 0, sizes, rowMajor(sizes), false, false);
    }

    static FakeTensor counting(long... sizes) {
        float[] elements = new float[(int) numel(sizes)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i;
        }
        return of(sizes, elements);
    }

    FakeTensor view(long offset, long[] sizes, long[] strides) {
        return new FakeTensor(storage, type, offset, sizes, strides, requiresGrad, parameter);
    }

    FakeTensor as(boolean requiresGrad, boolean parameter) {
        return new FakeTensor(storage, type, offset, sizes, strides, requiresGrad, parameter);
    }

    /** Makes fake tensors of a file's; a storage is read once. */
    static Leaves leaves(PtReader reader) {
        Map<String, ByteBuffer> storages = new HashMap<>();
        return new Leaves() {
            @Override
            public Object tensor(TensorRef ref, String path) throws IOException {
                ByteBuffer bytes = storages.get(ref.storage().key());
                if (bytes == null) {
                    ByteBuffer made = ByteBuffer.allocateDirect((int) ref.storage().bytes()).order(ByteOrder.LITTLE_ENDIAN);
                    reader.readStorage(ref.storage(), (offset, length) -> made.slice((int) offset, length));
                    storages.put(ref.storage().key(), made);
                    bytes = made;
                }
                return new FakeTensor(bytes, ref.type(), ref.offset(), ref.sizes(), ref.strides(), ref.requiresGrad(), ref.parameter());
            }
        };
    }

    @Override
    public ByteWindow bytes() {
        return (offset, length) -> storage.slice((int) offset, length);
    }

    @Override
    public FakeTensor contiguous() {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) numel(sizes) * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int element : order()) {
            bytes.put(storage.slice(element * type.bytes(), type.bytes()));
        }
        return new FakeTensor(bytes.clear(), type, 0, sizes, rowMajor(sizes), requiresGrad, parameter);
    }

    /** The elements in row-major order, as boxed Java numbers. */
    List<Number> elements() {
        List<Number> list = new ArrayList<>();
        for (int i : order()) {
            list.add(switch (type) {
                case FLOAT64 -> storage.getDouble(8 * i);
                case FLOAT32 -> storage.getFloat(4 * i);
                case INT64 -> storage.getLong(8 * i);
                case INT32 -> storage.getInt(4 * i);
                default -> storage.get(i);
            });
        }
        return list;
    }

    private int[] order() {
        int[] order = new int[(int) numel(sizes)];
        for (int i = 0; i < order.length; i++) {
            long rest = i;
            long at = offset;
            for (int d = sizes.length - 1; d >= 0; d--) {
                at += rest % sizes[d] * strides[d];
                rest /= sizes[d];
            }
            order[i] = (int) at;
        }
        return order;
    }

    private static long numel(long[] sizes) {
        return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    private static long[] rowMajor(long[] sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(sizes[i], 1);
        }
        return strides;
    }

    /** Compares elements and geometry, not memory. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FakeTensor t && type == t.type && Arrays.equals(sizes, t.sizes) && contiguous().storage.equals(t.contiguous().storage)
                && requiresGrad == t.requiresGrad && parameter == t.parameter;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(sizes) + elements();
    }
}
