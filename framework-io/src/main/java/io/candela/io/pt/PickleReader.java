package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.FormatException;
import io.candela.io.HeapBudget;
import io.candela.io.Size;
import io.candela.io.StorageRef;
import io.candela.io.TensorRef;
import io.candela.tensor.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads one pickle, of protocol 2 to 5, without executing anything: the names it may use are those of {@link Globals}, each standing for a few
 * lines of Java here, and there is no way from a name in the file to a class or a method. Work and memory are proportional to the pickle's
 * length, and memory is bounded by a {@link HeapBudget}.
 *
 * <p>Python's values become null, Boolean, Long, BigInteger, Double, String, byte[], ArrayList, {@link Tuple}, LinkedHashSet, {@link PyDict},
 * {@link TensorRef}, {@link StorageRef}, {@link ElementType} and {@link DeviceTag}.
 */
final class PickleReader {
    /** Finds the storage that a persistent id names. */
    @FunctionalInterface
    interface Storages {
        StorageRef find(String key, ElementType type, long numel, String location, long offset) throws FormatException;
    }

    private static final int NEWEST_PROTOCOL = 5;
    private static final int MAX_KEY_SIZE = 16; // elements of a tuple that is a key
    private static final int MAX_KEY_DEPTH = 3;
    private static final int MAX_ODD_KEYS = 4096; // keys without an order of their own: many equal hash codes make a hash table slow

    private static final Object NULL = new Object(); // None in the memo
    private static final Map<Class<?>, String> KINDS = Map.of(byte[].class, "bytes", ArrayList.class, "a list", Tuple.class, "a tuple",
            Size.class, "a torch.Size", LinkedHashSet.class, "a set", TensorRef.class, "a tensor", StorageRef.class, "a storage");

    private final PickleInput in;
    private final HeapBudget budget;
    private final Storages storages;
    private Object[] stack = new Object[64];
    private int top;
    private int[] marks = new int[16];
    private int markCount;
    private Object[] memo = new Object[64];
    private int memoCount;
    private int oddKeys;
    private final boolean script;

    PickleReader(PickleInput in, HeapBudget budget, Storages storages) {
        this(in, budget, storages, false);
    }

    /** @param script whether classes of TorchScript may be named */
    PickleReader(PickleInput in, HeapBudget budget, Storages storages, boolean script) {
        this.script = script;
        this.in = in;
        this.budget = budget;
        this.storages = storages;
    }

    /** Runs the pickle and gives the object it describes. */
    Object read() throws FormatException {
        if (in.opcode() != Op.PROTO) {
            throw in.fail("pickle does not start with its protocol");
        }
        int protocol = in.u1();
        if (protocol < 2 || protocol > NEWEST_PROTOCOL) {
            throw in.fail("pickle has protocol %d, those from 2 to %d are known", protocol, NEWEST_PROTOCOL);
        }
        while (true) {
            int opcode = in.opcode();
            if (opcode == Op.STOP) {
                Object result = pop();
                if (top != 0 || markCount != 0) {
                    throw in.fail("pickle ends with %d objects left over", top);
                }
                return result;
            }
            step(opcode);
        }
    }

    FormatException fail(String format, Object... values) {
        return in.fail(format, values);
    }

    /** Takes heap off the budget, for an object that a callable is about to make. */
    void charge(long bytes) throws FormatException {
        budget.charge(in.offset(), bytes);
    }

    private void step(int opcode) throws FormatException {
        switch (opcode) {
            case Op.NONE -> push(null, 0);
            case Op.NEWTRUE -> push(true, 0);
            case Op.NEWFALSE -> push(false, 0);
            case Op.BININT -> push((long) in.i4(), 24);
            case Op.BININT1 -> push((long) in.u1(), 24);
            case Op.BININT2 -> push((long) in.u2(), 24);
            case Op.LONG1 -> pushInteger(in.count(1));
            case Op.LONG4 -> pushInteger(in.count(4));
            case Op.BINFLOAT -> push(in.f8(), 24);
            case Op.BINUNICODE, Op.BINSTRING -> pushText(in.count(4));
            case Op.SHORT_BINUNICODE, Op.SHORT_BINSTRING -> pushText(in.count(1));
            case Op.BINUNICODE8 -> pushText(in.count(8));
            case Op.BINBYTES -> pushBytes(in.count(4));
            case Op.SHORT_BINBYTES -> pushBytes(in.count(1));
            case Op.BINBYTES8, Op.BYTEARRAY8 -> pushBytes(in.count(8));
            case Op.EMPTY_LIST -> push(new ArrayList<>(0), 96);
            case Op.EMPTY_DICT -> push(new PyDict(false), 192);
            case Op.EMPTY_SET -> push(new LinkedHashSet<>(), 192);
            case Op.EMPTY_TUPLE -> push(Tuple.of(), 64);
            case Op.TUPLE1 -> pushTuple(top - 1);
            case Op.TUPLE2 -> pushTuple(top - 2);
            case Op.TUPLE3 -> pushTuple(top - 3);
            case Op.TUPLE -> pushTuple(popMark());
            case Op.LIST -> pushMarked(Op.EMPTY_LIST, Op.APPENDS);
            case Op.DICT -> pushMarked(Op.EMPTY_DICT, Op.SETITEMS);
            case Op.FROZENSET -> pushMarked(Op.EMPTY_SET, Op.ADDITEMS);
            case Op.MARK -> mark();
            case Op.POP -> pop();
            case Op.POP_MARK -> drop(popMark());
            case Op.APPEND -> append(top - 1);
            case Op.APPENDS -> append(popMark());
            case Op.SETITEM -> setItems(top - 2);
            case Op.SETITEMS -> setItems(popMark());
            case Op.ADDITEMS -> addItems(popMark());
            case Op.BINPUT -> put(in.u1());
            case Op.LONG_BINPUT -> put(in.i4());
            case Op.MEMOIZE -> put(memoCount);
            case Op.BINGET -> get(in.u1());
            case Op.LONG_BINGET -> get(in.i4());
            case Op.GLOBAL -> pushGlobal(in.line(), in.line());
            case Op.STACK_GLOBAL -> {
                String name = popText();
                pushGlobal(popText(), name);
            }
            case Op.REDUCE, Op.NEWOBJ -> call();
            case Op.BUILD -> build();
            case Op.BINPERSID -> pushStorage();
            case Op.FRAME -> in.count(8);
            default -> throw fail("pickle has opcode 0x%02x, which is not supported", opcode);
        }
    }

    // ---- stack

    private void push(Object value, int heap) throws FormatException {
        if (heap > 0) {
            charge(heap);
        }
        if (top == stack.length) {
            charge(8L * stack.length);
            stack = Arrays.copyOf(stack, 2 * top);
        }
        stack[top++] = value;
    }

    private Object pop() throws FormatException {
        need(top - 1);
        Object value = stack[--top];
        stack[top] = null;
        return value;
    }

    private String popText() throws FormatException {
        if (pop() instanceof String text) {
            return text;
        }
        throw fail("name in the pickle is not a string");
    }

    /** Checks that the objects from {@code base} on are there and lie above the last mark. */
    private void need(int base) throws FormatException {
        if (base < (markCount == 0 ? 0 : marks[markCount - 1])) {
            throw fail("pickle takes more objects than it made");
        }
    }

    private void mark() throws FormatException {
        if (markCount == marks.length) {
            charge(4L * marks.length);
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = top;
    }

    private int popMark() throws FormatException {
        if (markCount == 0) {
            throw fail("pickle goes back to a mark that it did not set");
        }
        return marks[--markCount];
    }

    private void drop(int base) {
        Arrays.fill(stack, base, top, null);
        top = base;
    }

    private void pushTuple(int base) throws FormatException {
        need(base);
        charge(64 + 8L * (top - base));
        Tuple tuple = Tuple.of(Arrays.copyOfRange(stack, base, top));
        drop(base);
        push(tuple, 0);
    }

    /** An empty container goes below the objects that follow the last mark, and takes them. */
    private void pushMarked(int empty, int fill) throws FormatException {
        int base = popMark();
        Object[] items = Arrays.copyOfRange(stack, base, top);
        drop(base);
        step(empty);
        mark();
        for (Object item : items) {
            push(item, 8);
        }
        step(fill);
    }

    private void pushText(int count) throws FormatException {
        charge(64 + 2L * count);
        push(in.text(count), 0);
    }

    private void pushBytes(int count) throws FormatException {
        charge(32 + count);
        push(in.bytes(count), 0);
    }

    private void pushInteger(int count) throws FormatException {
        push(in.integer(count), 64 + count);
    }

    // ---- memo

    private void put(int index) throws FormatException {
        need(top - 1);
        // every put takes at least one byte, so an honest index is below the pickle's length
        if (index < 0 || index > in.length()) {
            throw fail("memo index %s is out of range", Integer.toUnsignedString(index));
        }
        if (index >= memo.length) {
            int length = (int) Math.min(Integer.MAX_VALUE - 16, Math.max(2L * memo.length, index + 1L));
            charge(8L * (length - memo.length));
            memo = Arrays.copyOf(memo, length);
        }
        memo[index] = stack[top - 1] == null ? NULL : stack[top - 1];
        memoCount++;
    }

    private void get(int index) throws FormatException {
        Object value = index < 0 || index >= memo.length ? null : memo[index];
        if (value == null) {
            throw fail("pickle reads memo %s, which it did not write", Integer.toUnsignedString(index));
        }
        push(value == NULL ? null : value, 0);
    }

    // ---- containers

    private Object target(int base) throws FormatException {
        need(base - 1);
        return stack[base - 1];
    }

    @SuppressWarnings("unchecked")
    private void append(int base) throws FormatException {
        if (!(target(base) instanceof ArrayList<?>)) {
            throw fail("pickle appends to %s, which is not a list", kind(target(base)));
        }
        charge(16L * (top - base));
        ((List<Object>) target(base)).addAll(Arrays.asList(stack).subList(base, top));
        drop(base);
    }

    private void setItems(int base) throws FormatException {
        if (!(target(base) instanceof PyDict dict)) {
            throw fail("pickle sets an item of %s, which is not a dict", kind(target(base)));
        }
        if ((top - base) % 2 != 0) {
            throw fail("pickle sets an item of a dict without a value");
        }
        charge(40L * (top - base));
        for (int i = base; i < top; i += 2) {
            dict.items().put(key(stack[i], "dict"), stack[i + 1]);
        }
        drop(base);
    }

    @SuppressWarnings("unchecked")
    private void addItems(int base) throws FormatException {
        if (!(target(base) instanceof LinkedHashSet<?>)) {
            throw fail("pickle adds an item to %s, which is not a set", kind(target(base)));
        }
        addAll((Set<Object>) target(base), Arrays.asList(stack).subList(base, top));
        drop(base);
    }

    /** Adds to a set what may be in one. */
    void addAll(Set<Object> set, List<?> items) throws FormatException {
        charge(80L * items.size());
        for (Object item : items) {
            set.add(key(item, "set"));
        }
    }

    /** Passes on a key, if hashing and comparing it is cheap. */
    private Object key(Object key, String of) throws FormatException {
        if (key instanceof String || key instanceof Long) {
            return key;
        }
        if (++oddKeys > MAX_ODD_KEYS) {
            throw fail("pickle has more than %d dict keys that are neither strings nor integers", MAX_ODD_KEYS);
        }
        if (!hashable(key, 0)) {
            throw fail("pickle has %s in a %s as a key, only strings, numbers and short tuples of them are taken", kind(key), of);
        }
        return key;
    }

    private static boolean hashable(Object key, int depth) {
        if (key instanceof Tuple tuple) {
            return depth < MAX_KEY_DEPTH && tuple.size() <= MAX_KEY_SIZE && tuple.stream().allMatch(item -> hashable(item, depth + 1));
        }
        return key == null || key instanceof String || key instanceof Long || key instanceof Double || key instanceof Boolean
                || key instanceof BigInteger || key instanceof ElementType || key instanceof DeviceTag;
    }

    // ---- globals

    private void pushGlobal(String module, String name) throws FormatException {
        if (script && (module + ".").startsWith("__torch__.")) {
            push(new ScriptObject.Class(module + "." + name), 128);
        } else {
            push(Globals.find(module, name, this), 0);
        }
    }

    private void call() throws FormatException {
        need(top - 2);
        Object arguments = pop();
        Object callable = pop();
        if (callable instanceof ScriptObject.Class type) {
            push(new ScriptObject(type), 256);
            return;
        }
        if (!(callable instanceof PickleGlobal global)) {
            throw fail("pickle calls %s", kind(callable));
        }
        if (!(arguments instanceof Tuple tuple)) {
            throw fail("pickle calls %s with %s instead of a tuple of arguments", global.name(), kind(arguments));
        }
        push(global.action().call(new Arguments(global.name(), tuple, this)), 64);
    }

    private void build() throws FormatException {
        need(top - 2);
        Object state = pop();
        Object object = stack[top - 1];
        if (object instanceof ScriptObject script) {
            script.setState(state);
            return;
        }
        if (object instanceof NumpyValue value) {
            value.build(state, this);
            return;
        }
        if (!(object instanceof PyDict dict) || !dict.ordered() || !(state instanceof PyDict attributes)) {
            throw fail("pickle sets attributes of %s, only those of an OrderedDict are taken", kind(object));
        }
        Object metadata = attributes.items().get("_metadata");
        if (metadata != null) {
            dict.setMetadata(metadata);
        }
    }

    private void pushStorage() throws FormatException {
        Object id = pop();
        // a sixth value, None in all files but the oldest, would name a part of the storage
        if (!(id instanceof Tuple tuple) || tuple.size() < 5 || tuple.size() > 6 || !"storage".equals(tuple.get(0))
                || !(tuple.get(1) instanceof StorageKind kind) || !(tuple.get(2) instanceof String key)
                || !(tuple.get(3) instanceof String location) || !(tuple.get(4) instanceof Long numel)) {
            throw fail("persistent id in the pickle does not name a storage");
        }
        if (tuple.size() == 6 && tuple.get(5) != null) {
            throw fail("storage %s is a part of another one, as only PyTorch before 0.4 wrote; load the file with PyTorch and save it again",
                    kind(key));
        }
        push(storages.find(key, kind.type(), numel, location, in.offset()), 0);
    }

    /** What a value is, in Python's words. */
    static String kind(Object value) {
        if (value instanceof PickleGlobal global) {
            return global.name();
        } else if (value instanceof ScriptObject.Class type) {
            return type.name();
        } else if (value instanceof ScriptObject script) {
            return "an object of " + script.type().name();
        } else if (value instanceof StorageKind kind) {
            return "the storage class of " + kind.type();
        } else if (value instanceof PyDict dict) {
            return dict.ordered() ? "an OrderedDict" : "a dict";
        } else if (value instanceof Number || value instanceof Boolean) {
            String digits = value.toString();
            return "the value " + (digits.length() <= 24 ? digits : digits.substring(0, 24) + "...");
        } else if (value instanceof String text) {
            return "the string '" + (text.length() <= 60 ? text : text.substring(0, 60) + "...") + "'";
        } else if (value instanceof ElementType || value instanceof DeviceTag) {
            return "torch." + value;
        }
        return value == null ? "None" : KINDS.getOrDefault(value.getClass(), "an object");
    }
}
