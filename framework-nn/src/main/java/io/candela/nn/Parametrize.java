package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.function.Supplier;

/**
 * Lets a parameter or buffer be computed from others whenever it is used: PyTorch's {@code torch.nn.utils.parametrize}. {@link Parametrizations}
 * has ready ones.
 *
 * <pre>{@code
 * final class Symmetric extends Layer {
 *     @Override public Tensor forward(Tensor x) { return x.triu().add(x.triu(1).mT()); }
 * }
 *
 * var layer = Parametrize.registerParametrization(new Linear(3, 3), "weight", new Symmetric());
 * layer.weight(); // symmetric; the parameter is parametrizations.weight.original
 * }</pre>
 *
 * <p>The module gets a child {@code parametrizations}, a {@link ModuleDict} of {@link ParametrizationList}s, and prints as
 * {@code ParametrizedLinear}. State dicts, copies, conversion and modes then go their usual ways, with PyTorch's keys. A parametrization follows
 * the module's mode from when it is registered.
 */
public final class Parametrize {
    static final String CHILD = "parametrizations";

    private Parametrize() {}

    /** {@link #registerParametrization(Module, String, Layer, boolean)} that is checked. */
    public static <M extends Module> M registerParametrization(M module, String name, Layer parametrization) {
        return registerParametrization(module, name, parametrization, false);
    }

    /**
     * Lets {@code parametrization} compute a tensor of a module from its original. The original is the former parameter, the same object, so an
     * optimizer built before goes on; of a {@link RightInverse} it gets the contents that the inverse makes of the present ones. A tensor may have
     * several parametrizations: each gets what the one before gave.
     *
     * @param name   of a parameter or buffer of {@code module} itself
     * @param unsafe whether shape and type may change; what the parametrization gives is not checked then
     * @return {@code module}
     * @throws IllegalArgumentException           if there is no such tensor, or the module is not {@link Parametrizable}
     * @throws io.candela.tensor.ShapeException if the shape would change
     * @throws io.candela.tensor.DTypeException if the element type would change
     */
    public static <M extends Module> M registerParametrization(M module, String name, Layer parametrization, boolean unsafe) {
        return register(module, name, parametrization, unsafe);
    }

    /** {@link #registerParametrization(Module, String, Factorization, boolean)} that is checked. */
    public static <M extends Module> M registerParametrization(M module, String name, Factorization parametrization) {
        return registerParametrization(module, name, parametrization, false);
    }

    /**
     * As {@link #registerParametrization(Module, String, Layer, boolean)}, from several originals. They are new parameters, which an optimizer built
     * before does not know.
     *
     * @throws IllegalArgumentException also if the tensor has a parametrization already
     */
    public static <M extends Module> M registerParametrization(M module, String name, Factorization parametrization, boolean unsafe) {
        return register(module, name, parametrization, unsafe);
    }

    private static <M extends Module> M register(M module, String name, Module parametrization, boolean unsafe) {
        if (!(module instanceof Parametrizable)) {
            throw new IllegalArgumentException("registerParametrization: %s reads its tensors directly; let it read them through current(...) and "
                    .formatted(module.typeName()) + "implement Parametrizable");
        }
        ParametrizationList list = find(module, name);
        Tensor parameter = module.ownParameters().get(name);
        Tensor buffer = module.ownBuffers().get(name);
        if (list == null && parameter == null && buffer == null) {
            throw new IllegalArgumentException("registerParametrization: %s has no parameter or buffer '%s'".formatted(module.typeName(), name));
        }
        if (list != null && !(parametrization instanceof Layer)) {
            throw new IllegalArgumentException("registerParametrization: '%s' of %s has a parametrization already; a Factorization must be the first"
                    .formatted(name, module.typeName()));
        }
        boolean mode = parametrization.isTraining();
        parametrization.train(module.isTraining());
        try {
            if (list != null) {
                list.add((Layer) parametrization, unsafe);
                return module;
            }
            if (!isParametrized(module) && module.ownChildren().containsKey(CHILD)) {
                throw new IllegalArgumentException("registerParametrization: %s has a module '%s' of its own".formatted(module.typeName(), CHILD));
            }
            list = ParametrizationList.first(parametrization, parameter != null ? parameter : buffer, parameter == null, unsafe);
        } catch (RuntimeException | Error e) {
            parametrization.train(mode);
            throw e;
        }
        list.train(module.isTraining());
        module.beginParametrized(name, list);
        return module;
    }

    /** {@link #removeParametrizations(Module, String, boolean)} that leaves the computed value. */
    public static <M extends Module> M removeParametrizations(M module, String name) {
        return removeParametrizations(module, name, true);
    }

    /**
     * Makes a tensor plain again, with the value that it has now, or with that of its original. It is the same tensor as the original, or, if there
     * were several, as before the first parametrization was registered.
     *
     * @param leaveParametrized whether it keeps the computed value
     * @return {@code module}
     * @throws IllegalArgumentException if it has no parametrization, or if there are several originals and {@code leaveParametrized} is false
     */
    public static <M extends Module> M removeParametrizations(M module, String name, boolean leaveParametrized) {
        ParametrizationList list = of(module, name);
        if (!leaveParametrized && !list.isSingle()) {
            throw new IllegalArgumentException("removeParametrizations: '%s' of %s has %d originals, so there is no single one to leave".formatted(name,
                    module.typeName(), list.originals().size()));
        }
        Tensor tensor = list.registered();
        if (leaveParametrized) {
            Tensor value = TensorScope.outlive(Autograd.noGrad(list::value).detach());
            boolean requiresGrad = list.originals().stream().anyMatch(Tensor::requiresGrad);
            boolean fits = value.shape().equals(tensor.shape()) && value.dtype() == tensor.dtype();
            tensor.setData(value).setRequiresGrad(requiresGrad);
            if (!fits) {
                tensor.clearGrad();
            }
        }
        module.endParametrized(name, list);
        return module;
    }

    /** Whether any tensor of the module itself has a parametrization. */
    public static boolean isParametrized(Module module) {
        return module.parametrizations() != null;
    }

    /** Whether this tensor of the module itself has a parametrization. */
    public static boolean isParametrized(Module module, String name) {
        return find(module, name) != null;
    }

    /**
     * The parametrizations of a tensor.
     *
     * @throws IllegalArgumentException if it has none
     */
    public static ParametrizationList of(Module module, String name) {
        ParametrizationList list = find(module, name);
        if (list == null) {
            throw new IllegalArgumentException("%s has no parametrization of '%s'".formatted(module.typeName(), name));
        }
        return list;
    }

    private static ParametrizationList find(Module module, String name) {
        ModuleDict<ParametrizationList> all = module.parametrizations();
        return all != null && all.contains(name) ? all.get(name) : null;
    }

    /**
     * Runs {@code body} so that each parametrized tensor is computed at its first use and then kept until {@code body} ends, on this thread. For
     * forward passes that use a weight more than once; in training, one gradient reaches the originals. Calls may be nested.
     */
    public static <T> T cached(Supplier<T> body) {
        boolean outermost = ParametrizationCache.open();
        try {
            return body.get();
        } finally {
            if (outermost) {
                ParametrizationCache.close();
            }
        }
    }

    /** As {@link #cached(Supplier)}, without a result. */
    public static void cached(Runnable body) {
        cached(() -> {
            body.run();
            return null;
        });
    }
}
