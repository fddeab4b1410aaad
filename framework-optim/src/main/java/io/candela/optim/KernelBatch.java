package io.candela.optim;

import io.candela.backend.Backend;
import io.candela.backend.OptimKernels;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;

/**
 * Parameters of a group that one kernel call updates: on one device, and whatever else the kernel wants to be equal. An optimizer adds
 * parameter after parameter, and calls {@link #flush} where two must not share a call, and at the end.
 *
 * <p>Made anew for every step, so that no gradient is held longer than that.
 */
abstract class KernelBatch {
    final Tensor[] params; // contiguous: copies of those parameters that are not
    final Tensor[] grads;
    int count;
    private final Tensor[] targets;
    private final boolean oneByOne;

    KernelBatch(ParamGroup group) {
        int size = group.size();
        params = new Tensor[size];
        grads = new Tensor[size];
        targets = new Tensor[size];
        oneByOne = group.repeats(); // a parameter's second update must see the result of its first
    }

    /**
     * Adds a parameter.
     *
     * @return its position
     * @throws IllegalStateException if the gradient does not fit
     */
    final int add(Tensor param, Tensor grad) {
        if (!fits(grad, param)) {
            throw new IllegalStateException("step: the gradient is %s, the parameter %s; after setData convert the gradient or clear it"
                    .formatted(describe(grad), describe(param)));
        }
        if (count > 0 && (oneByOne || !sameDevice(param, targets[0]))) {
            flush();
        }
        targets[count] = param;
        params[count] = dense(param);
        grads[count] = dense(grad);
        return count++;
    }

    /**
     * A parameter's state in the parameter's type and on its device, which a module's {@code to} may have changed since the last step.
     *
     * @throws IllegalStateException if the parameter has another shape now
     */
    static Tensor fit(Tensor state, Tensor param) {
        if (fits(state, param)) {
            return state;
        }
        if (!state.shape().equals(param.shape())) {
            throw new IllegalStateException("step: the parameter is %s now, its state %s; make a new optimizer".formatted(describe(param),
                    describe(state)));
        }
        return TensorScope.outlive(state.to(param.dtype()).to(param.device()));
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

    /** Updates the parameters added so far. */
    final void flush() {
        if (count == 0) {
            return;
        }
        launch(Backend.of(params[0]).optim());
        for (int i = 0; i < count; i++) {
            if (params[i] == targets[i]) {
                params[i].storage().bumpVersion(); // so that backward() refuses values saved before
            } else {
                targets[i].copyFrom(params[i]);
            }
        }
        count = 0;
    }

    /** Calls the kernel for the first {@link #count} parameters, and counts the step. */
    abstract void launch(OptimKernels kernels);
}
