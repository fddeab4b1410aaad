package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.Leaves;
import io.candela.io.Size;
import io.candela.io.TensorView;
import io.candela.tensor.Counter;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tuple;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes one nest as a pickle of protocol 2, opcode by opcode as Python's own pickler does, so that the same state gives the same bytes as
 * {@code torch.save}. Equal strings are written once.
 */
final class PickleWriter {
    private static final int BATCH = 1000; // items between two marks, as Python has it
    private static final String ORDERED_DICT = "collections OrderedDict";

    private final PickleOutput out = new PickleOutput();
    private final WritePlan plan;
    private final Map<Object, Integer> objects = new IdentityHashMap<>();
    private final Map<String, Integer> strings = new HashMap<>();
    private final Map<String, Integer> globals = new HashMap<>();
    private final Map<String, Integer> storageKeys = new HashMap<>();

    private PickleWriter(WritePlan plan) {
        this.plan = plan;
    }

    /** @param plan made for this value */
    static byte[] write(Object value, WritePlan plan) {
        PickleWriter writer = new PickleWriter(plan);
        writer.out.op(Op.PROTO);
        writer.out.u1(2);
        writer.value(value);
        writer.out.op(Op.STOP);
        return writer.out.toByteArray();
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Integer || value instanceof Double || value instanceof Float
                || value instanceof Short || value instanceof Byte || value instanceof BigInteger;
    }

    private void value(Object value) {
        Integer known = value == null ? null : objects.get(value);
        if (known != null) {
            out.get(known);
        } else if (value == null) {
            out.op(Op.NONE);
        } else if (value instanceof Boolean flag) {
            out.op(flag ? Op.NEWTRUE : Op.NEWFALSE);
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof Double || value instanceof Float) {
            out.number(((Number) value).doubleValue());
        } else if (value instanceof BigInteger big) {
            out.integer(big);
        } else if (value instanceof Number number) {
            out.integer(number.longValue());
        } else if (value instanceof byte[] bytes) {
            bytes(bytes);
        } else if (value instanceof StateDict state) {
            stateDict(state);
        } else if (value instanceof Counter counter) {
            global("collections Counter");
            out.op(Op.EMPTY_DICT);
            out.put();
            dictItems(counter);
            reduce(1);
            remember(counter);
        } else if (value instanceof Map<?, ?> map) {
            out.op(Op.EMPTY_DICT);
            remember(map);
            dictItems(map);
        } else if (value instanceof Size size) {
            size(size);
        } else if (value instanceof Tuple tuple) {
            tuple(tuple);
        } else if (value instanceof List<?> list) {
            out.op(Op.EMPTY_LIST);
            remember(list);
            listItems(list);
        } else if (value instanceof Set<?> set) {
            global("__builtin__ set");
            out.op(Op.EMPTY_LIST);
            out.put();
            listItems(new ArrayList<>(set));
            reduce(1);
            remember(set);
        } else {
            leaf(value);
        }
    }

    private void leaf(Object value) {
        Object leaf = plan.adapt(value);
        if (leaf instanceof TensorView view) {
            WritePlan.Placed tensor = plan.place(view);
            if (tensor.parameter()) {
                global("torch._utils _rebuild_parameter");
                tensor(tensor, false);
                out.put();
                out.op(tensor.requiresGrad() ? Op.NEWTRUE : Op.NEWFALSE);
                emptyOrderedDict();
                reduce(3);
            } else {
                tensor(tensor, tensor.requiresGrad());
            }
        } else if (leaf instanceof ElementType type) {
            global("torch " + type.torchName());
            return; // remembered by its name
        } else if (leaf instanceof DeviceTag device) {
            global("torch device");
            text(device.type());
            if (device.index() >= 0) {
                out.integer(device.index());
            }
            reduce(device.index() >= 0 ? 2 : 1);
        } else {
            throw new IllegalStateException("PickleWriter: the plan lacks " + value.getClass().getName());
        }
        remember(value);
    }

    /** Leaves the tensor without a memo entry. */
    private void tensor(WritePlan.Placed tensor, boolean requiresGrad) {
        WritePlan.Stored storage = tensor.storage();
        boolean typed = storage.type().storageName() != null; // else the storage is one of bytes, and the tensor names its type
        global(typed ? "torch._utils _rebuild_tensor_v2" : "torch._utils _rebuild_tensor_v3");
        out.op(Op.MARK);
        out.op(Op.MARK);
        text("storage");
        global(typed ? "torch " + storage.type().storageName() : "torch.storage UntypedStorage");
        memoized(storageKeys, storage.key());
        text("cpu");
        out.integer(typed ? storage.numel() : storage.numel() * storage.type().bytes());
        out.op(Op.TUPLE);
        out.put();
        out.op(Op.BINPERSID);
        out.integer(tensor.offset());
        numbers(tensor.sizes());
        numbers(tensor.strides());
        out.op(requiresGrad ? Op.NEWTRUE : Op.NEWFALSE);
        emptyOrderedDict(); // of hooks
        if (!typed) {
            global("torch " + storage.type().torchName());
        }
        out.op(Op.TUPLE);
        out.put();
        out.op(Op.REDUCE);
    }

    private void stateDict(StateDict state) {
        global(ORDERED_DICT);
        out.op(Op.EMPTY_TUPLE);
        out.op(Op.REDUCE);
        remember(state);
        orderedItems(state);
        if (!state.metadata().isEmpty()) {
            out.op(Op.EMPTY_DICT);
            out.put();
            text("_metadata");
            emptyOrderedDict();
            orderedItems(state.metadata());
            out.op(Op.SETITEM);
            out.op(Op.BUILD);
        }
    }

    /** Python's batches of a {@code dict}: its last one may be empty. */
    private void dictItems(Map<?, ?> map) {
        if (map.size() == 1) {
            orderedItems(map);
            return;
        }
        Iterator<? extends Map.Entry<?, ?>> items = map.entrySet().iterator();
        int written = map.isEmpty() ? 0 : BATCH;
        while (written == BATCH) {
            out.op(Op.MARK);
            for (written = 0; written < BATCH && items.hasNext(); written++) {
                item(items.next());
            }
            out.op(Op.SETITEMS);
        }
    }

    /** Python's batches of what only has an iterator: a last single item goes without a mark. */
    private void orderedItems(Map<?, ?> map) {
        Iterator<? extends Map.Entry<?, ?>> items = map.entrySet().iterator();
        int left = map.size();
        while (left > 0) {
            int batch = Math.min(left, BATCH);
            if (batch > 1) {
                out.op(Op.MARK);
            }
            for (int i = 0; i < batch; i++) {
                item(items.next());
            }
            out.op(batch > 1 ? Op.SETITEMS : Op.SETITEM);
            left -= batch;
        }
    }

    private void item(Map.Entry<?, ?> item) {
        value(item.getKey());
        value(item.getValue());
    }

    private void listItems(List<?> list) {
        if (list.size() == 1) {
            value(list.get(0));
            out.op(Op.APPEND);
            return;
        }
        int count = 0;
        for (Object item : list) {
            if (count % BATCH == 0) {
                if (count > 0) {
                    out.op(Op.APPENDS);
                }
                out.op(Op.MARK);
            }
            value(item);
            count++;
        }
        if (count > 0) {
            out.op(Op.APPENDS);
        }
    }

    private void tuple(Tuple tuple) {
        if (tuple.isEmpty()) {
            out.op(Op.EMPTY_TUPLE);
            return;
        }
        if (tuple.size() > 3) {
            out.op(Op.MARK);
        }
        tuple.forEach(this::value);
        closeTuple(tuple.size());
        remember(tuple);
    }

    private void numbers(long[] numbers) {
        if (numbers.length == 0) {
            out.op(Op.EMPTY_TUPLE);
            return;
        }
        if (numbers.length > 3) {
            out.op(Op.MARK);
        }
        for (long number : numbers) {
            out.integer(number);
        }
        closeTuple(numbers.length);
        out.put();
    }

    private void closeTuple(int size) {
        out.op(size > 3 ? Op.TUPLE : Op.TUPLE1 + size - 1);
    }

    private void size(Size size) {
        global("torch Size");
        numbers(size.toLongs());
        reduce(1);
        remember(size);
    }

    /** As protocol 2 has no opcode for bytes: text of the same length, to be encoded as latin1. */
    private void bytes(byte[] bytes) {
        global("_codecs encode");
        out.text(new String(bytes, StandardCharsets.ISO_8859_1));
        out.put();
        text("latin1");
        reduce(2);
        remember(bytes);
    }

    private void emptyOrderedDict() {
        global(ORDERED_DICT);
        out.op(Op.EMPTY_TUPLE);
        out.op(Op.REDUCE);
        out.put();
    }

    /** Calls the global below the last {@code count} values; the result has no memo entry yet. */
    private void reduce(int count) {
        closeTuple(count);
        out.put();
        out.op(Op.REDUCE);
    }

    private void remember(Object value) {
        objects.put(value, out.put());
    }

    private void text(String text) {
        memoized(strings, text);
    }

    private void memoized(Map<String, Integer> known, String text) {
        Integer index = known.get(text);
        if (index != null) {
            out.get(index);
        } else {
            out.text(text);
            known.put(text, out.put());
        }
    }

    private void global(String name) {
        Integer index = globals.get(name);
        if (index != null) {
            out.get(index);
        } else {
            out.global(name);
            globals.put(name, out.put());
        }
    }
}
