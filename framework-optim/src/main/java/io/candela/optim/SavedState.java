package io.candela.optim;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was saved of one parameter's state, for {@link Optimizer#readState}. A value that is missing or does not fit is noted, to be reported
 * with all others; the getter then returns something harmless, and the state that is made of it is dropped.
 */
public final class SavedState {
    private final Tensor param;
    private final String label;
    private final Map<?, ?> entries;
    private final List<String> problems;
    private final Set<Object> unread;

    SavedState(Tensor param, String label, Map<?, ?> entries, List<String> problems) {
        this.param = param;
        this.label = label;
        this.entries = entries;
        this.problems = problems;
        this.unread = new LinkedHashSet<>(entries.keySet());
    }

    /** The parameter. */
    public Tensor param() {
        return param;
    }

    /** The step counter. Older PyTorch versions saved it as a number, newer ones save a tensor of one element. */
    public long step() {
        double step = scalar("step");
        if (!(step >= 0 && step == Math.rint(step))) {
            problems.add("%s: step must be a whole number, 0 or more, got %s".formatted(label, entries.get("step")));
        }
        return (long) step;
    }

    /** A number, also as a tensor of one element. */
    public double number(String name) {
        double value = scalar(name);
        if (Double.isNaN(value)) {
            problems.add("%s: %s must be a number, got %s".formatted(label, name, entries.get(name)));
        }
        return value;
    }

    private double scalar(String name) {
        unread.remove(name);
        return toDouble(entries.get(name));
    }

    private static double toDouble(Object value) {
        return value instanceof Tensor t && t.numel() == 1 ? t.item() : value instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    /** A copy of a tensor that has the parameter's shape, converted to its type and device. */
    public Tensor tensor(String name) {
        Tensor tensor = tensorOrNull(name);
        if (tensor == null && entries.get(name) == null) {
            problems.add("%s: %s is missing".formatted(label, name));
        }
        return tensor;
    }

    /** As {@link #tensor}, but null if there is none. */
    public Tensor tensorOrNull(String name) {
        unread.remove(name);
        return entries.get(name) == null ? null : converted(name, entries.get(name), param.shape(), "parameter is " + param.shape());
    }

    /** As {@link #tensor}, but of any shape; null after a problem. */
    Tensor tensor(String name, Shape shape) {
        unread.remove(name);
        return converted(name, entries.get(name), shape, "expected " + shape);
    }

    /** Tensors of one shape; empty after a problem. */
    List<Tensor> tensors(String name, Shape shape) {
        unread.remove(name);
        List<Tensor> tensors = new ArrayList<>();
        if (entries.get(name) instanceof List<?> list) {
            list.forEach(value -> tensors.add(converted(name, value, shape, "expected " + shape)));
        } else {
            problems.add("%s: %s must be a list, got %s".formatted(label, name, entries.get(name)));
        }
        return tensors;
    }

    /** As many numbers, also as tensors of one element; empty after a problem. */
    List<Double> numbers(String name, int count) {
        unread.remove(name);
        if (!(entries.get(name) instanceof List<?> list) || list.size() != count || list.stream().anyMatch(value -> Double.isNaN(toDouble(value)))) {
            problems.add("%s: %s must be a list of %d numbers, got %s".formatted(label, name, count, entries.get(name)));
            return List.of();
        }
        return list.stream().map(SavedState::toDouble).toList();
    }

    boolean has(String name) {
        return entries.get(name) != null;
    }

    /** Leaves out something that needs not be read. */
    void ignore(String name) {
        unread.remove(name);
    }

    private Tensor converted(String name, Object value, Shape shape, String wanted) {
        if (!(value instanceof Tensor t)) {
            problems.add("%s: %s must be a tensor, got %s".formatted(label, name, value == null ? "null" : value.getClass().getSimpleName()));
            return null;
        }
        if (!t.shape().equals(shape)) {
            problems.add("%s: %s, saved %s is %s".formatted(label, wanted, name, t.shape()));
            return null;
        }
        Tensor copy = t.detach().to(param.dtype()).to(param.device());
        return TensorScope.outlive(copy.storage() == t.storage() ? copy.clone() : copy.contiguous());
    }

    /** Notes what nobody asked for: it would be lost, and probably belongs to another optimizer. */
    void checkAllRead() {
        for (Object name : unread) {
            problems.add("%s: unexpected %s; was it saved by another optimizer?".formatted(label, name));
        }
    }
}
