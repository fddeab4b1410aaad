package io.candela.io.pt;

import io.candela.io.ElementType;
import io.candela.io.TensorRef;
import io.candela.io.TensorView;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What a nest needs in a file, found before anything is written: which storages, which part of each, and that nothing in the nest is of a type
 * that cannot be written.
 *
 * <p>Of each storage that part is written which reaches from the first element that a tensor of the nest uses to the last one. If only one
 * place of a storage is used, and it has gaps, its elements are written without them, in row-major order.
 */
final class WritePlan {
    /** A storage of the file: elements {@code first} to {@code first + numel} of the memory that {@code view} sees. */
    record Stored(String key, ElementType type, TensorView view, boolean gather, long first, long numel) {
    }

    /** A tensor of the file, over a storage of the file. */
    record Placed(Stored storage, long offset, long[] sizes, long[] strides, boolean requiresGrad, boolean parameter) {
    }

    /** The tensors over one storage. */
    private static final class Group {
        private final List<TensorView> views = new ArrayList<>();
        private long first = Long.MAX_VALUE;
        private long end = Long.MIN_VALUE;
        private boolean alike = true;
    }

    private final UnaryOperator<Object> adapter;
    private final Map<Object, Object> adapted = new IdentityHashMap<>();
    private final Map<Object, Group> groups = new IdentityHashMap<>();
    private final Map<TensorView, TensorView> reversedOf = new IdentityHashMap<>(); // from the contiguous copy
    private final List<Group> order = new ArrayList<>();
    private final Map<TensorView, Placed> placed = new IdentityHashMap<>();
    private final List<Stored> storages = new ArrayList<>();
    private final Map<Object, Boolean> visited = new IdentityHashMap<>(); // false while a container's contents are under way
    private final Deque<Object> path = new ArrayDeque<>();

    /** @param adapter turns values of the framework into {@link TensorView}, {@link ElementType} and {@link DeviceTag} */
    WritePlan(Object value, UnaryOperator<Object> adapter) {
        this.adapter = adapter;
        visit(value);
        order.forEach(this::place);
    }

    /** The storages, in the order of their keys. */
    List<Stored> storages() {
        return storages;
    }

    /** A value as the pickle writer takes it: what the adapter made of it, or itself. */
    Object adapt(Object value) {
        return adapted.getOrDefault(value, value);
    }

    Placed place(TensorView view) {
        return placed.get(view);
    }

    private void visit(Object value) {
        if (value == null || value instanceof String || value instanceof Boolean || value instanceof Number || value instanceof byte[]) {
            if (value instanceof Number && !PickleWriter.isNumber(value)) {
                throw refuse(value);
            }
            return;
        }
        Boolean finished = visited.put(value, false);
        if (finished != null) {
            if (!finished) {
                throw new IllegalArgumentException("TensorIO.save: " + at() + " contains itself");
            }
            visited.put(value, true);
            return;
        }
        if (path.size() > NestBuilder.MAX_DEPTH) {
            throw new IllegalArgumentException("TensorIO.save: containers are nested deeper than " + NestBuilder.MAX_DEPTH);
        }
        if (value instanceof Map<?, ?> map) {
            map.forEach(this::visitItem);
            if (value instanceof StateDict state) {
                state.metadata().forEach((module, details) -> details.forEach((key, detail) -> visitItem("_metadata", detail)));
            }
        } else if (value instanceof List<?> list) {
            int index = 0;
            for (Object item : list) {
                visitChild(index++, item);
            }
        } else if (value instanceof Set<?> set) {
            set.forEach(item -> visitItem(item, null));
        } else {
            visitLeaf(value);
        }
        visited.put(value, true);
    }

    private void visitItem(Object key, Object value) {
        if (!isKey(key)) {
            throw new IllegalArgumentException("TensorIO.save: " + at() + " has a key of type " + key.getClass().getName()
                    + "; keys can be strings, numbers, booleans and tuples of them");
        }
        visitChild(key, value);
    }

    private void visitChild(Object key, Object value) {
        path.addLast(key == null ? "null" : key);
        visit(value);
        path.removeLast();
    }

    private void visitLeaf(Object value) {
        Object leaf = adapter.apply(value);
        if (leaf instanceof TensorView view) {
            visitTensor(view);
        } else if (!(leaf instanceof ElementType) && !(leaf instanceof DeviceTag)) {
            throw refuse(value);
        }
        adapted.put(value, leaf);
    }

    private void visitTensor(TensorView view) {
        boolean reversed = Arrays.stream(view.strides()).anyMatch(stride -> stride < 0); // which PyTorch does not have
        TensorView direct = reversed ? view.contiguous() : view;
        Group group = groups.computeIfAbsent(direct.storage(), storage -> {
            Group made = new Group();
            order.add(made);
            return made;
        });
        if (!group.views.isEmpty()) {
            TensorView other = group.views.get(0);
            if (other.type() != view.type()) {
                throw new IllegalArgumentException("TensorIO.save: " + at() + " sees memory as " + view.type() + " that another tensor sees as "
                        + other.type() + "; PyTorch's files cannot hold that, clone() one of them");
            }
            group.alike &= other.offset() == direct.offset() && Arrays.equals(other.sizes(), direct.sizes())
                    && Arrays.equals(other.strides(), direct.strides());
        }
        group.views.add(direct);
        if (reversed) {
            reversedOf.put(direct, view);
        }
        long numel = direct.numel();
        if (numel > 0) {
            long last = direct.offset();
            for (int i = 0; i < direct.sizes().length; i++) {
                last += (direct.sizes()[i] - 1) * direct.strides()[i];
            }
            group.first = Math.min(group.first, direct.offset());
            group.end = Math.max(group.end, last + 1);
        }
    }

    private void place(Group group) {
        TensorView view = group.views.get(0);
        boolean empty = group.end < group.first;
        boolean gather = !empty && group.alike && group.end - group.first > view.numel();
        long first = empty || gather ? 0 : group.first;
        long count = empty ? 0 : gather ? view.numel() : group.end - group.first;
        Stored stored = new Stored(Integer.toString(storages.size()), view.type(), view, gather, first, count);
        storages.add(stored);
        for (TensorView member : group.views) {
            long offset = member.numel() == 0 || gather ? 0 : member.offset() - first;
            long[] strides = gather ? TensorRef.rowMajor(member.sizes()) : member.strides();
            placed.put(reversedOf.getOrDefault(member, member),
                    new Placed(stored, offset, member.sizes(), strides, member.requiresGrad(), member.parameter()));
        }
    }

    private static boolean isKey(Object key) {
        return key == null || key instanceof String || key instanceof Boolean || PickleWriter.isNumber(key)
                || key instanceof Tuple tuple && tuple.stream().allMatch(WritePlan::isKey);
    }

    private IllegalArgumentException refuse(Object value) {
        return new IllegalArgumentException("TensorIO.save: " + at() + " is of type " + value.getClass().getTypeName()
                + "; files hold tensors, maps, lists, sets, tuples, strings, numbers, booleans, byte[] and null");
    }

    private String at() {
        return path.isEmpty() ? "the value" : "value " + path.stream().map(Object::toString).collect(Collectors.joining("."));
    }
}
