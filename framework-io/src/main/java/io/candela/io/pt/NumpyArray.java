package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.tensor.Tuple;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A NumPy array whose elements stand in the pickle itself. */
public final class NumpyArray extends NumpyValue {
    private ElementType type;
    private long[] sizes;
    private boolean columnMajor;
    private ByteOrder order;
    private byte[] bytes;

    NumpyArray() {
    }

    /** The type of the elements. */
    public ElementType type() {
        return type;
    }

    /** The sizes; not a copy. */
    public long[] sizes() {
        return sizes;
    }

    /** Whether the first index varies fastest, as in Fortran. */
    public boolean columnMajor() {
        return columnMajor;
    }

    /** The elements, in the byte order that the buffer has. */
    public ByteBuffer elements() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(order);
    }

    boolean complete() {
        return bytes != null;
    }

    /** {@code (version, shape, dtype, is Fortran order, bytes)}. */
    @Override
    void build(Object state, PickleReader reader) throws FormatException {
        if (!(state instanceof Tuple tuple) || tuple.size() != 5 || !(tuple.get(2) instanceof Dtype dtype)
                || !(tuple.get(3) instanceof Boolean fortran) || !(tuple.get(4) instanceof byte[] data)) {
            throw reader.fail("numpy.ndarray has a state that is not supported");
        }
        long[] shape = new Arguments("numpy.ndarray", tuple, reader).numbers(1);
        long length = dtype.type().bytes();
        try {
            for (long size : shape) {
                length = Math.multiplyExact(length, size);
            }
        } catch (ArithmeticException e) {
            length = -1;
        }
        if (length != data.length) {
            throw reader.fail("numpy.ndarray of sizes %s and type %s does not have %d bytes", Arrays.toString(shape), dtype.type(),
                    data.length);
        }
        type = dtype.type();
        sizes = shape;
        columnMajor = fortran;
        order = dtype.order();
        bytes = data;
    }
}
