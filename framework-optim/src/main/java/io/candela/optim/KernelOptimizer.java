package io.candela.optim;

import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** An optimizer whose step is one {@link UpdateRule}: the kernel changes many parameters and their state at once. */
abstract class KernelOptimizer extends Optimizer {
    private final TensorState.Layout layout;

    KernelOptimizer(List<ParamGroup> groups, Map<String, Object> defaults, TensorState.Layout layout) {
        super(groups, defaults);
        this.layout = layout;
    }

    /** The state tensors that a step of this group needs, as positions in the layout, in the order that the rule names them. */
    abstract int[] needed(ParamGroup group);

    /** A step of this group for parameters of this state. */
    abstract UpdateRule rule(ParamGroup group, TensorState state);

    /** Whether parameters of these states may share a step. */
    boolean sharesRule(TensorState a, TensorState b) {
        return a.step == b.step;
    }

    /** Counts a step that was made; called after the tensors were changed. */
    void advance(ParamGroup group, TensorState state) {
        state.step++;
    }

    /** The state of a parameter before its first step, as yet without tensors. */
    TensorState start(ParamGroup group) {
        return new TensorState(layout);
    }

    /** A state tensor that is needed for the first time. */
    Tensor startTensor(ParamGroup group, Tensor param, int position) {
        return newState(param);
    }

    @Override
    protected final void update(ParamGroup group) {
        KernelBatch batch = new KernelBatch(this, group);
        for (int i = 0; i < group.size(); i++) {
            Tensor p = group.param(i);
            Tensor grad = p.gradOrNull();
            if (grad != null) {
                batch.add(i, p, grad);
            }
        }
        batch.flush();
    }

    @Override
    protected ParamState readState(SavedState saved) {
        return new TensorState(layout, saved);
    }
}
