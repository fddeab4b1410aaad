package io.candela.export;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.autograd.Tracer;
import io.candela.nn.Layer;
import io.candela.nn.Module;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The operations by which one forward pass makes its result from its input. Whatever does not depend on the input is left out. */
final class Recording implements Tracer {
    /**
     * An operation on something that depends on the input.
     *
     * @param numbers of the operands that depend on the input, see {@link #number}; −1 for the others
     * @param place   in which layer, for messages
     */
    record Call(String name, Map<String, Object> attributes, Tensor[] results, Tensor[] operands, int[] numbers, Map<String, Integer> attributeNumbers,
            String place) {}

    /** Which elements a tensor shows. Two with equal keys hold the same, as nothing is changed in place: how detached tensors are found again. */
    record View(Storage storage, int offset, Shape shape, List<Integer> strides, DType dtype) {
        static View of(Tensor t) {
            return new View(t.storage(), t.offset(), t.shape(), Arrays.stream(t.strides()).boxed().toList(), t.dtype());
        }
    }

    private static final String IN_PLACE = "InPlace";

    private final List<Call> calls = new ArrayList<>();
    private final Map<Tensor, Integer> numbers = new IdentityHashMap<>(); // of what depends on the input, in the order of the making
    private final Map<View, Integer> views = new HashMap<>();
    private final Map<Storage, Set<Tensor>> users = new IdentityHashMap<>(); // the tensors among them, by their memory
    private final Deque<String> places = new ArrayDeque<>();
    private List<Tensor> results;
    private int[] last;
    private int count;

    private Recording() {}

    /**
     * Runs a module once.
     *
     * @param forward how it is run
     * @throws IllegalArgumentException if an operation that cannot be exported takes part
     */
    static Recording of(Module module, UnaryOperator<List<Tensor>> forward, List<Tensor> inputs) {
        Recording recording = new Recording();
        inputs.forEach(recording::number);
        List<HookHandle> hooks = new ArrayList<>();
        for (Map.Entry<String, Module> part : module.namedModules().entrySet()) {
            if (part.getValue() instanceof Layer inner && inner != module) {
                String place = "layer '" + part.getKey() + "' (" + nameOf(inner) + ")";
                hooks.add(inner.registerForwardPreHook((l, x) -> {
                    recording.places.push(place);
                    return null;
                }));
                hooks.add(inner.registerForwardHook((l, x, y) -> {
                    recording.places.pop();
                    return null;
                }));
            }
        }
        try {
            recording.places.push(nameOf(module));
            recording.results = Autograd.noGrad(() -> Tracer.trace(recording, () -> forward.apply(inputs)));
        } finally {
            hooks.forEach(HookHandle::remove);
        }
        recording.last = recording.results.stream().mapToInt(recording::numberOf).toArray();
        return recording;
    }

    /** The class of a module; anonymous ones go by what they extend. */
    static String nameOf(Module module) {
        String name = module.getClass().getSimpleName();
        return name.isEmpty() ? module.getClass().getSuperclass().getSimpleName() : name;
    }

    @Override
    public void applied(String name, Map<String, Object> attributes, Tensor[] results, Tensor... operands) {
        int[] operandNumbers = Arrays.stream(operands).mapToInt(this::numberOf).toArray();
        Map<String, Integer> attributeNumbers = new HashMap<>();
        if (attributes != null) {
            attributes.forEach((key, value) -> {
                if (value instanceof Tensor t) {
                    attributeNumbers.put(key, numberOf(t));
                }
            });
        }
        if (Arrays.stream(operandNumbers).allMatch(number -> number < 0) && attributeNumbers.values().stream().allMatch(number -> number < 0)) {
            return;
        }
        boolean inPlace = name.endsWith(IN_PLACE);
        if (attributes == null || inPlace && !isAlone(operands[0])) {
            throw new IllegalArgumentException("OnnxExport: %s in %s cannot be exported%s".formatted(name, places.peek(),
                    inPlace ? "; use the form that is not in place" : ""));
        }
        String plain = inPlace ? name.substring(0, name.length() - IN_PLACE.length()) : name;
        calls.add(new Call(plain, attributes, results.clone(), operands.clone(), operandNumbers, attributeNumbers, places.peek()));
        for (Tensor made : results) {
            number(made);
        }
    }

    /** Whether nobody else sees what is written into a tensor: it is then as good as a new one. */
    private boolean isAlone(Tensor t) {
        return numberOf(t) >= 0 && users.get(t.storage()).size() == 1;
    }

    /** Counts what depends on the input, in the order in which it is made: the same in two runs of one network. */
    private void number(Tensor made) {
        numbers.put(made, count);
        views.put(View.of(made), count++);
        users.computeIfAbsent(made.storage(), storage -> Collections.newSetFromMap(new IdentityHashMap<>())).add(made);
    }

    private int numberOf(Tensor t) {
        if (t == null) {
            return -1;
        }
        Integer known = numbers.get(t);
        return known != null ? known : views.getOrDefault(View.of(t), -1);
    }

    List<Call> calls() {
        return calls;
    }

    List<Tensor> results() {
        return results;
    }

    /** The numbers of the results; −1 for those that do not depend on an input. */
    int[] last() {
        return last;
    }
}
