package io.candela.optim;

import io.candela.backend.Backend;
import io.candela.backend.OptimKernels;
import io.candela.tensor.Tensor;

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

    /** Adds a parameter; returns its position. */
    final int add(Tensor param, Tensor grad) {
        if (count > 0 && (oneByOne || param.device() != targets[0].device() && !param.device().equals(targets[0].device()))) {
            flush();
        }
        targets[count] = param;
        params[count] = dense(param);
        grads[count] = dense(grad);
        return count++;
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
