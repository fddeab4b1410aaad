package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** Parameters by position, under the keys {@code 0}, {@code 1}, …. */
public final class ParameterList extends Module implements Iterable<Tensor> {
    private final List<Tensor> list = new ArrayList<>();

    /** The tensors given, which become parameters. */
    public ParameterList(Tensor... parameters) {
        for (Tensor parameter : parameters) {
            append(parameter);
        }
    }

    /** Adds a parameter at the end; returns this. */
    public ParameterList append(Tensor parameter) {
        list.add(register(Integer.toString(list.size()), parameter));
        return this;
    }

    /** The parameter at a position; negative counts from the end. */
    public Tensor get(int index) {
        return list.get(ModuleList.position("ParameterList", index, list.size(), "parameters"));
    }

    /** How many parameters there are. */
    public int size() {
        return list.size();
    }

    @Override
    public Iterator<Tensor> iterator() {
        return Collections.unmodifiableList(list).iterator();
    }

    @Override
    protected String describe() {
        return ModulePrinter.parameters(ownParameters(), dtype -> dtype.toString());
    }
}
