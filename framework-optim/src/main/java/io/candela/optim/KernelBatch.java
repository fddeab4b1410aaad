package io.candela.optim;

import io.candela.backend.Backend;
import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.Arrays;

/**
 * Parameters of a group that one kernel call updates: on one device, and with one rule. Parameter after parameter is added, and
 * {@link #flush} is called at the end.
 *
 * <p>Made anew for every step, so that no gradient is held longer than that.
 */
final class KernelBatch {
    private final KernelOptimizer optimizer;
    private final ParamGroup group;
    private final int[] needed;
    private final Tensor[] targets;
    private final TensorState[] states;
    private final Tensor[][] roles; // parameters, contiguous: copies of those that are not; gradients; state
    private final boolean oneByOne;
    private final TensorState none; // stands for the state of parameters that have none; null if the step needs state
    private int count;

    KernelBatch(KernelOptimizer optimizer, ParamGroup group) {
        this.optimizer = optimizer;
        this.group = group;
        needed = optimizer.needed(group);
        int size = group.size();
        targets = new Tensor[size];
        states = new TensorState[size];
        roles = new Tensor[2 + needed.length][size];
        oneByOne = group.repeats(); // a parameter's second update must see the result of its first
        none = needed.length == 0 ? optimizer.start(group) : null;
    }

    /**
     * Adds parameter number {@code index}. Those before it are updated if they cannot share a call with it.
     *
     * @throws IllegalStateException if the gradient or the state does not fit, or the state would be made in a graph, by each replay anew
     */
    void add(int index, Tensor param, Tensor grad) {
        if (!fits(grad, param)) {
            throw new IllegalStateException("step: the gradient is %s, the parameter %s; after setData convert the gradient or clear it"
                    .formatted(describe(grad), describe(param)));
        }
        TensorState state = none != null ? none : (TensorState) group.state(index);
        if (state == null) {
            checkNotCaptured(param);
            state = group.setState(index, optimizer.start(group));
        }
        if (count > 0 && (oneByOne || !sameDevice(param, targets[0]) || !optimizer.sharesRule(states[0], state))) {
            flush();
        }
        for (int k = 0; k < needed.length; k++) {
            int position = needed[k];
            Tensor held = state.tensors[position];
            if (held == null) {
                checkNotCaptured(param);
                held = optimizer.startTensor(group, param, position);
            } else {
                held = fit(held, param);
            }
            state.tensors[position] = held;
            roles[2 + k][count] = held;
        }
        targets[count] = param;
        states[count] = state;
        roles[0][count] = dense(param);
        roles[1][count] = dense(grad);
        count++;
    }

    /**
     * A parameter's state in the parameter's type and on its device, which a module's {@code to} may have changed since the last step.
     *
     * @throws IllegalStateException if the parameter has another shape now
     */
    private static Tensor fit(Tensor state, Tensor param) {
        if (fits(state, param)) {
            return state;
        }
        if (!state.shape().equals(param.shape())) {
            throw new IllegalStateException("step: the parameter is %s now, its state %s; make a new optimizer".formatted(describe(param),
                    describe(state)));
        }
        checkNotCaptured(param);
        return TensorScope.outlive(state.to(param.dtype()).to(param.device()));
    }

    private static void checkNotCaptured(Tensor param) {
        if (Backend.of(param).optim().isCaptured()) {
            throw new IllegalStateException("step: the state of parameter %s would be made by each replay of the graph; make a step before the capture"
                    .formatted(describe(param)));
        }
    }

    private static boolean fits(Tensor t, Tensor param) {
        return t.dtype() == param.dtype() && sameDevice(t, param) && (t.shape() == param.shape() || t.shape().equals(param.shape()));
    }

    private static boolean sameDevice(Tensor a, Tensor b) {
        return a.device() == b.device() || a.device().equals(b.device());
    }

    private static String describe(Tensor t) {
        return t.dtype() + " " + t.shape() + " on " + t.device();
    }

    private static Tensor dense(Tensor t) {
        return t.isContiguous() ? t : t.contiguous();
    }

    /** Updates the parameters added so far, and counts the step. */
    void flush() {
        if (count == 0) {
            return;
        }
        Tensor[] params = roles[0];
        OptimKernels kernels = Backend.of(params[0]).optim();
        boolean captured = kernels.isCaptured();
        if (captured) {
            TensorState[] held = Arrays.copyOf(states, count);
            kernels.capture(optimizer.rule(group, held[0]), () -> next(held), count, roles);
        } else {
            kernels.update(optimizer.rule(group, states[0]), count, roles);
        }
        for (int i = 0; i < count; i++) {
            if (params[i] == targets[i]) {
                params[i].storage().bumpVersion(); // so that backward() refuses values saved before
            } else {
                targets[i].copyFrom(params[i]);
            }
            if (!captured) {
                optimizer.advance(group, states[i]);
            }
        }
        count = 0;
    }

    /** The rule of a graph's replay, which is a step. */
    private UpdateRule next(TensorState... held) {
        UpdateRule rule = optimizer.rule(group, held[0]);
        for (TensorState state : held) {
            optimizer.advance(group, state);
        }
        return rule;
    }
}
