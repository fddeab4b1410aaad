package io.candela.optim;

import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.List;
import java.util.Map;

/** What a {@link KernelOptimizer} remembers about one parameter: a step counter, numbers, and tensors of the parameter's shape. */
final class TensorState extends ParamState {
    /**
     * What there is, by PyTorch's names in PyTorch's order.
     *
     * @param counts   whether the step counter is saved
     * @param numbers  numbers that PyTorch keeps as float32 scalars
     * @param tensors  tensors like the parameter
     * @param required how many of the tensors there always are; the others depend on options
     */
    record Layout(boolean counts, List<String> numbers, List<String> tensors, int required) {
        static Layout of(int required, String... tensors) {
            return new Layout(true, List.of(), List.of(tensors), required);
        }
    }

    private final Layout layout;
    long step; // steps so far
    final float[] numbers;
    final Tensor[] tensors; // null where not needed so far

    TensorState(Layout layout) {
        this.layout = layout;
        this.numbers = new float[layout.numbers.size()];
        this.tensors = new Tensor[layout.tensors.size()];
    }

    TensorState(Layout layout, SavedState saved) {
        this(layout);
        if (layout.counts) {
            step = saved.step();
        }
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) saved.number(layout.numbers.get(i));
        }
        for (int i = 0; i < tensors.length; i++) {
            String name = layout.tensors.get(i);
            tensors[i] = i < layout.required ? saved.tensor(name) : saved.tensorOrNull(name);
        }
    }

    @Override
    protected void write(Map<String, Object> entries) {
        if (layout.counts) {
            entries.put("step", TensorScope.outlive(Tensor.scalar((double) step)));
        }
        for (int i = 0; i < numbers.length; i++) {
            entries.put(layout.numbers.get(i), TensorScope.outlive(Tensor.scalar((double) numbers[i])));
        }
        for (int i = 0; i < tensors.length; i++) {
            if (tensors[i] != null) {
                entries.put(layout.tensors.get(i), tensors[i]);
            }
        }
    }
}
