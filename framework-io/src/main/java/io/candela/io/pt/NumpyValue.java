package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.io.npy.NumpyTypes;
import io.candela.tensor.Tuple;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A NumPy dtype or a small array while its pickle is read: Python makes it first and sets its state afterwards. */
abstract sealed class NumpyValue permits NumpyValue.Dtype, NumpyArray {
    /** Sets the state that {@code BUILD} gives. */
    abstract void build(Object state, PickleReader reader) throws FormatException;

    /** {@code numpy.dtype}: an element type and a byte order. */
    static final class Dtype extends NumpyValue {
        private final ElementType type;
        private boolean big;

        Dtype(ElementType type) {
            this.type = type;
        }

        ElementType type() {
            return type;
        }

        ByteOrder order() {
            return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        }

        /** {@code (version, byte order, subtype, names, fields, size, alignment, flags)}. */
        @Override
        void build(Object state, PickleReader reader) throws FormatException {
            if (!(state instanceof Tuple tuple) || tuple.size() < 5 || !(tuple.get(1) instanceof String order)
                    || !order.matches("[<>|=]") || tuple.get(2) != null || tuple.get(3) != null || tuple.get(4) != null) {
                throw reader.fail("numpy.dtype has a state that is not supported");
            }
            big = order.equals(">");
        }
    }

    /** {@code (name, align, copy)}. */
    static Object dtype(Arguments arguments) throws FormatException {
        String name = arguments.expect(1, 3).text(0);
        ElementType type = NumpyTypes.ofCode(name);
        if (type == null) {
            throw arguments.fail("is given %s, which is not supported", PickleReader.kind(name));
        }
        return new Dtype(type);
    }

    /** {@code (dtype, bytes)}: becomes a number of Java's. */
    static Object scalar(Arguments arguments) throws FormatException {
        Dtype dtype = arguments.expect(2, 2).get(0, Dtype.class, "a numpy.dtype");
        byte[] bytes = arguments.get(1, byte[].class, "bytes");
        if (bytes.length != dtype.type().bytes()) {
            throw arguments.fail("is given %d bytes for one %s", bytes.length, dtype.type());
        }
        ByteBuffer value = ByteBuffer.wrap(bytes).order(dtype.order());
        return switch (dtype.type()) {
            case FLOAT64 -> value.getDouble(0);
            case FLOAT32 -> (double) value.getFloat(0);
            case INT64 -> value.getLong(0);
            case INT32 -> (long) value.getInt(0);
            case INT16 -> (long) value.getShort(0);
            case INT8 -> (long) value.get(0);
            case UINT32 -> value.getInt(0) & 0xFFFFFFFFL;
            case UINT16 -> (long) (value.getShort(0) & 0xFFFF);
            case UINT8 -> (long) (value.get(0) & 0xFF);
            case BOOL -> value.get(0) != 0;
            default -> throw arguments.fail("is given a %s, for which Java has no number", dtype.type());
        };
    }

    /** {@code (numpy.ndarray, (0,), b'b')}: an empty array, whose state follows. */
    static Object reconstruct(Arguments arguments) throws FormatException {
        if (!(arguments.expect(3, 3).any(0) instanceof PickleGlobal type) || !type.name().equals("numpy.ndarray")) {
            throw arguments.fail("must make a numpy.ndarray, got %s", PickleReader.kind(arguments.any(0)));
        }
        return new NumpyArray();
    }
}
