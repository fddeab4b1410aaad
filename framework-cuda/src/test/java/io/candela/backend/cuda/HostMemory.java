package io.candela.backend.cuda;

import io.candela.tensor.DType;
import io.candela.tensor.Half;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Elements of a floating-point type at an address of the host. */
final class HostMemory {
    private final DType type;
    private final At bytes;

    private static final class At extends BytePointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    HostMemory(DType type, long address) {
        this.type = type;
        this.bytes = new At(address);
    }

    double get(long i) {
        return switch (type) {
            case FLOAT32 -> bytes.getFloat(i * 4);
            case FLOAT64 -> bytes.getDouble(i * 8);
            case FLOAT16 -> Half.fromFloat16(bytes.getShort(i * 2));
            case BFLOAT16 -> Half.fromBfloat16(bytes.getShort(i * 2));
            default -> throw new AssertionError(type);
        };
    }

    void put(long i, double v) {
        switch (type) {
            case FLOAT32 -> bytes.putFloat(i * 4, (float) v);
            case FLOAT64 -> bytes.putDouble(i * 8, v);
            case FLOAT16 -> bytes.putShort(i * 2, Half.toFloat16((float) v));
            case BFLOAT16 -> bytes.putShort(i * 2, Half.toBfloat16((float) v));
            default -> throw new AssertionError(type);
        }
    }
}
