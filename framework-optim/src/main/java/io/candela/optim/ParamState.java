package io.candela.optim;

import java.util.Map;

/** What an optimizer remembers about one parameter between steps. Each optimizer has its own kind, with fields for its hot loop. */
public abstract class ParamState {
    /**
     * Puts the state under PyTorch's names, in PyTorch's order.
     *
     * @param entries takes tensors (not copied), numbers, and nests of lists and maps of them
     */
    protected abstract void write(Map<String, Object> entries);
}
