package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.tensor.Tuple;
import java.util.Arrays;

/** What stands in for PyTorch's functions that rebuild tensors. */
final class TensorGlobals {
    private static final int HEAP = 512; // of a tensor with its arrays, here and later

    private TensorGlobals() {
    }

    /** {@code (storage, offset, size, stride)}. */
    static Object tensor(Arguments arguments) throws FormatException {
        return view(arguments.expect(4, 4), storage(arguments).type(), false);
    }

    /** {@code (storage, offset, size, stride, requires_grad, backward_hooks, metadata = None)}; hooks are never saved. */
    static Object tensorV2(Arguments arguments) throws FormatException {
        arguments.expect(6, 7);
        refuseMetadata(arguments, 6);
        return view(arguments, storage(arguments).type(), arguments.flag(4));
    }

    /** {@code (storage, offset, size, stride, requires_grad, backward_hooks, dtype, metadata = None)}: for types without a storage class. */
    static Object tensorV3(Arguments arguments) throws FormatException {
        arguments.expect(7, 8);
        refuseMetadata(arguments, 7);
        return view(arguments, arguments.get(6, ElementType.class, "a torch.dtype"), arguments.flag(4));
    }

    /** {@code (data, requires_grad, backward_hooks)}. */
    static Object parameter(Arguments arguments) throws FormatException {
        return asParameter(arguments.expect(3, 3));
    }

    /** {@code (data, requires_grad, backward_hooks, state)}; the state holds Python attributes, which are left out. */
    static Object parameterWithState(Arguments arguments) throws FormatException {
        return asParameter(arguments.expect(4, 4));
    }

    /** {@code (function, type, arguments, state)}: a tensor with Python attributes, which are left out. */
    static Object fromType(Arguments arguments) throws FormatException {
        PickleGlobal function = arguments.expect(4, 4).get(0, PickleGlobal.class, "a function");
        PickleGlobal type = arguments.get(1, PickleGlobal.class, "a class");
        boolean rebuilds = function.name().startsWith("torch._utils._rebuild_");
        boolean plain = type.name().equals("torch.Tensor") || type.name().equals("torch.nn.parameter.Parameter");
        if (!rebuilds || !plain) {
            throw arguments.fail("is given %s and %s, which make no tensor", function.name(), type.name());
        }
        return function.action().call(new Arguments(function.name(), arguments.get(2, Tuple.class, "a tuple"), arguments.reader()));
    }

    static Object notConstructible(Arguments arguments) throws FormatException {
        throw arguments.fail("is not built by files of the zip format");
    }

    private static Object asParameter(Arguments arguments) throws FormatException {
        TensorRef data = arguments.get(0, TensorRef.class, "a tensor");
        arguments.reader().charge(HEAP);
        return new TensorRef(data.storage(), data.type(), data.offset(), data.sizes(), data.strides(), arguments.flag(1), true);
    }

    private static StorageRef storage(Arguments arguments) throws FormatException {
        return arguments.get(0, StorageRef.class, "a storage");
    }

    private static void refuseMetadata(Arguments arguments, int index) throws FormatException {
        if (arguments.count() > index && arguments.any(index) instanceof PyDict bits && !bits.items().isEmpty()) {
            throw arguments.fail("is given a tensor that is conjugated or negated lazily; resolve_conj() or resolve_neg() it before saving");
        }
    }

    private static TensorRef view(Arguments arguments, ElementType type, boolean requiresGrad) throws FormatException {
        StorageRef storage = storage(arguments);
        long offset = arguments.number(1);
        long[] sizes = arguments.numbers(2);
        long[] strides = arguments.numbers(3);
        arguments.reader().charge(HEAP);
        if (sizes.length != strides.length) {
            throw arguments.fail("is given %d sizes and %d strides", sizes.length, strides.length);
        }
        long elements = storage.bytes() / type.bytes();
        long end = end(offset, sizes, strides);
        if (offset < 0 || end < 0 || end > elements) {
            throw arguments.fail("is given a tensor that leaves its storage: offset %d, sizes %s, strides %s, storage %s of %d elements", offset,
                    Arrays.toString(sizes), Arrays.toString(strides), storage.key(), elements);
        }
        return new TensorRef(storage, type, offset, sizes, strides, requiresGrad, false);
    }

    /** One more than the last element that the view touches, 0 if it is empty, −1 if that or the number of elements is too large for a long. */
    private static long end(long offset, long[] sizes, long[] strides) {
        for (long size : sizes) {
            if (size == 0) {
                return 0;
            }
        }
        try {
            long last = offset;
            long numel = 1;
            for (int i = 0; i < sizes.length; i++) {
                numel = Math.multiplyExact(numel, sizes[i]);
                last = Math.addExact(last, Math.multiplyExact(sizes[i] - 1, strides[i]));
            }
            return Math.addExact(last, 1);
        } catch (ArithmeticException e) {
            return -1;
        }
    }
}
