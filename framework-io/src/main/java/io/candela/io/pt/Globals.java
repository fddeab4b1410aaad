package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.io.Size;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The allow-list: every Python name that a pickle may use, and what stands in for it. It follows the list of
 * {@code torch.load(weights_only=True)}; what PyTorch allows and Candela has no use for is refused by name.
 */
final class Globals {
    private static final Map<String, Object> ALLOWED = new HashMap<>();
    private static final Map<String, String> REFUSED = new HashMap<>(); // name to the reason

    static {
        for (ElementType type : ElementType.values()) {
            ALLOWED.put("torch." + type.torchName(), type);
            if (type.storageName() != null) {
                ALLOWED.put("torch." + type.storageName(), new StorageKind(type));
            }
        }
        ALLOWED.put("torch.storage.UntypedStorage", new StorageKind(ElementType.UINT8));
        ALLOWED.put("torch.UntypedStorage", new StorageKind(ElementType.UINT8));
        allow("collections.OrderedDict", Globals::orderedDict);
        allow("collections.Counter", Globals::counter);
        allow("builtins.set", Globals::set);
        allow("builtins.frozenset", Globals::set);
        allow("builtins.bytes", Globals::bytes);
        allow("builtins.bytearray", Globals::bytes);
        allow("_codecs.encode", Globals::encode);
        allow("torch.Size", arguments -> Size.of(arguments.expect(1, 1).numbers(0)));
        allow("torch.device", Globals::device);
        allow("torch._utils._rebuild_tensor", TensorGlobals::tensor);
        allow("torch._utils._rebuild_tensor_v2", TensorGlobals::tensorV2);
        allow("torch._utils._rebuild_tensor_v3", TensorGlobals::tensorV3);
        allow("torch._utils._rebuild_parameter", TensorGlobals::parameter);
        allow("torch._utils._rebuild_parameter_with_state", TensorGlobals::parameterWithState);
        allow("torch._tensor._rebuild_from_type_v2", TensorGlobals::fromType);
        allow("torch.Tensor", TensorGlobals::notConstructible);
        allow("torch.nn.parameter.Parameter", TensorGlobals::notConstructible);
        for (String element : List.of("int", "double", "bool", "tensor")) { // lists in TorchScript archives
            allow("torch.jit._pickle.build_" + element + "list", arguments -> arguments.expect(1, 1).get(0, ArrayList.class, "a list"));
        }
        allow("torch.jit._pickle.restore_type_tag", arguments -> arguments.expect(2, 2).any(0));
        for (String core : List.of("numpy.core", "numpy._core")) {
            allow(core + ".multiarray.scalar", NumpyValue::scalar);
            allow(core + ".multiarray._reconstruct", NumpyValue::reconstruct);
        }
        allow("numpy.dtype", NumpyValue::dtype);
        allow("numpy.ndarray", TensorGlobals::notConstructible);

        refuse("sparse tensors", "torch._utils._rebuild_sparse_tensor", "torch.serialization._get_layout");
        refuse("quantized tensors", "torch._utils._rebuild_qtensor", "torch.QInt8Storage", "torch.QUInt8Storage", "torch.QInt32Storage",
                "torch.QUInt4x2Storage", "torch.QUInt2x4Storage", "torch.per_tensor_affine", "torch.per_tensor_symmetric",
                "torch.per_channel_affine", "torch.per_channel_symmetric", "torch.per_channel_affine_float_qparams");
        refuse("tensors without data", "torch._utils._rebuild_meta_tensor_no_storage");
        refuse("nested tensors", "torch._utils._rebuild_nested_tensor");
        refuse("tensor subclasses", "torch._utils._rebuild_wrapper_subclass");
        refuse("tensors of other devices than CPU and GPU", "torch._utils._rebuild_device_tensor_from_numpy",
                "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_xla_tensor");
        refuse("complex numbers", "builtins.complex");
    }

    private Globals() {
    }

    /**
     * The value of a global.
     *
     * @throws FormatException if it is not on the list
     */
    static Object find(String module, String name, PickleReader reader) throws FormatException {
        // Python 2 called it so, and Python 3 still writes it so up to protocol 2
        String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
        Object value = ALLOWED.get(full);
        if (value == null) {
            String reason = REFUSED.get(full);
            if (reason != null) {
                throw reader.fail("pickle asks for %s, but %s are not supported", full, reason);
            }
            if (full.startsWith("__torch__.")) {
                throw reader.fail("pickle asks for %s, a class of a TorchScript archive; save the module's state_dict() instead", full);
            }
            throw reader.fail("pickle asks for global %s, which is not on the allow-list", full);
        }
        return value;
    }

    private static void allow(String name, PickleGlobal.Action action) {
        ALLOWED.put(name, new PickleGlobal(name, action));
    }

    private static void refuse(String reason, String... names) {
        for (String name : names) {
            REFUSED.put(name, reason);
        }
    }

    private static Object orderedDict(Arguments arguments) throws FormatException {
        PyDict dict = new PyDict(true);
        arguments.reader().charge(192);
        if (arguments.expect(0, 1).count() == 1) { // Python 2 gave a list of [key, value]
            List<?> items = arguments.get(0, ArrayList.class, "a list of items");
            arguments.reader().charge(96L * items.size());
            for (Object item : items) {
                if (!(item instanceof List<?> pair) || pair.size() != 2 || !(pair.get(0) instanceof String)) {
                    throw arguments.fail("must be given pairs of a string and a value");
                }
                dict.items().put(pair.get(0), pair.get(1));
            }
        }
        return dict;
    }

    private static Object counter(Arguments arguments) throws FormatException {
        PyDict dict = new PyDict(false);
        arguments.reader().charge(192);
        if (arguments.expect(0, 1).count() == 1) {
            PyDict counts = arguments.get(0, PyDict.class, "a dict");
            arguments.reader().charge(96L * counts.items().size());
            dict.items().putAll(counts.items());
        }
        return dict;
    }

    private static Object set(Arguments arguments) throws FormatException {
        LinkedHashSet<Object> set = new LinkedHashSet<>();
        arguments.reader().charge(192);
        if (arguments.expect(0, 1).count() == 1) {
            arguments.reader().addAll(set, arguments.get(0, List.class, "a list"));
        }
        return set;
    }

    private static Object bytes(Arguments arguments) throws FormatException {
        if (arguments.expect(0, 1).count() == 0) {
            return new byte[0];
        }
        byte[] bytes = arguments.get(0, byte[].class, "bytes");
        arguments.reader().charge(bytes.length);
        return bytes.clone();
    }

    /** How protocol 2 writes bytes: as text, one character each. */
    private static Object encode(Arguments arguments) throws FormatException {
        String text = arguments.expect(2, 2).text(0);
        String encoding = arguments.text(1);
        if (!encoding.equals("latin1") && !encoding.equals("latin-1")) {
            throw arguments.fail("takes only the encoding latin1, got %s", PickleReader.kind(encoding));
        }
        if (text.chars().anyMatch(c -> c > 0xFF)) {
            throw arguments.fail("is given a character that latin1 does not have");
        }
        arguments.reader().charge(text.length());
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Object device(Arguments arguments) throws FormatException {
        String type = arguments.expect(1, 2).text(0);
        long index = arguments.count() == 2 ? arguments.number(1) : -1;
        if (!type.matches("[a-z]{1,32}") || index < -1 || index > Byte.MAX_VALUE) {
            throw arguments.fail("is given a device that does not exist: %s, index %d", PickleReader.kind(type), index);
        }
        return new DeviceTag(type, (int) index);
    }
}
