package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters by name, in the order in which they were added. */
public final class ParameterDict extends Module {
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    /** An empty one. */
    public ParameterDict() {}

    /** The tensors given, which become parameters, in the map's order. */
    public ParameterDict(Map<String, Tensor> parameters) {
        parameters.forEach(this::put);
    }

    /**
     * Adds a parameter; returns this.
     *
     * @throws IllegalArgumentException if the name is empty, contains a dot or is taken
     */
    public ParameterDict put(String name, Tensor parameter) {
        parameters.put(name, register(name, parameter));
        return this;
    }

    /**
     * The parameter with a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("ParameterDict: no parameter '%s'; there are %s".formatted(name, parameters.keySet()));
        }
        return parameter;
    }

    /** Whether there is a parameter with this name. */
    public boolean contains(String name) {
        return parameters.containsKey(name);
    }

    /** How many parameters there are. */
    public int size() {
        return parameters.size();
    }

    /** A read-only view of names and parameters. */
    public Map<String, Tensor> asMap() {
        return Collections.unmodifiableMap(parameters);
    }

    @Override
    protected String describe() {
        return ModulePrinter.parameters(ownParameters(), dtype -> switch (dtype) {
            case FLOAT64 -> "DoubleTensor";
            case FLOAT16 -> "HalfTensor";
            case BFLOAT16 -> "BFloat16Tensor";
            default -> "FloatTensor";
        });
    }
}
