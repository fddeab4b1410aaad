package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Collects the state of a tree of modules. */
final class ModuleState {
    static final String EXTRA_STATE = "_extra_state";

    private ModuleState() {}

    /** @param view makes an entry of a parameter or buffer */
    static StateDict collect(Module root, UnaryOperator<Tensor> view) {
        StateDict out = new StateDict();
        collect(root, "", view, out);
        return out;
    }

    static StateDict snapshot(Module root) {
        Map<Tensor, Tensor> copies = new IdentityHashMap<>();
        return Autograd.noGrad(() -> collect(root, tensor -> copies.computeIfAbsent(tensor, Tensor::clone)));
    }

    private static void collect(Module module, String prefix, UnaryOperator<Tensor> view, StateDict out) {
        out.setVersion(path(prefix), module.stateVersion());
        module.hooks().beforeState.forEach(hook -> hook.accept(module, out, prefix));
        tensors(module).forEach((name, tensor) -> out.put(prefix + name, view.apply(tensor)));
        if (module instanceof ExtraState extra) {
            out.put(prefix + EXTRA_STATE, extra.extraState());
        }
        module.ownChildren().forEach((name, child) -> {
            if (child != null) {
                collect(child, prefix + name + ".", view, out);
            }
        });
        module.hooks().afterState.forEach(hook -> hook.accept(module, out, prefix));
    }

    /** The module's own entries of tensors: parameters, then persistent buffers. */
    static Map<String, Tensor> tensors(Module module) {
        Map<String, Tensor> out = new java.util.LinkedHashMap<>();
        module.ownParameters().forEach((name, tensor) -> {
            if (tensor != null) {
                out.put(name, tensor);
            }
        });
        module.ownBuffers().forEach((name, tensor) -> {
            if (tensor != null && module.isPersistent(name)) {
                out.put(name, tensor);
            }
        });
        return out;
    }

    /** The module's path that a prefix of keys stands for. */
    static String path(String prefix) {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }
}
