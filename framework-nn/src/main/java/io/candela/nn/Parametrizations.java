package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Ready parametrizations, PyTorch's {@code torch.nn.utils.parametrizations}; {@link Parametrize} says what that means. */
public final class Parametrizations {
    private Parametrizations() {}

    /** {@link #weightNorm(Module, String, Integer)} of {@code weight}, a norm for each output. */
    public static <M extends Module> M weightNorm(M module) {
        return weightNorm(module, "weight", 0);
    }

    /**
     * Weight normalization (Salimans and Kingma, 2016): {@code g · v / |v|} in place of a tensor, with its length {@code g}, the parameter
     * {@code parametrizations.weight.original0}, and its direction {@code v}, {@code …original1}, learned apart. Both are new parameters, which an
     * optimizer built before does not know. State dicts with the older keys {@code weight_g} and {@code weight_v} load too.
     *
     * @param dim whose indices have a norm each; null, or −1 as in PyTorch, for one norm of all elements
     * @return {@code module}
     * @throws IllegalArgumentException if there is no such tensor, it is parametrized already, or the module is not {@link Parametrizable}
     */
    public static <M extends Module> M weightNorm(M module, String name, Integer dim) {
        Parametrize.registerParametrization(module, name, new WeightNorm(dim == null || dim == -1 ? null : dim), true);
        module.registerLoadStateDictPreHook((loaded, state, prefix, version) -> {
            if (state.containsKey(prefix + name + "_g") && state.containsKey(prefix + name + "_v")) {
                String key = prefix + Parametrize.CHILD + "." + name + ".original";
                state.put(key + 0, state.remove(prefix + name + "_g"));
                state.put(key + 1, state.remove(prefix + name + "_v"));
            }
        });
        return module;
    }

    /** {@link #spectralNorm(Module, String, int, double, Integer)} of {@code weight}, with one iteration and an eps of 1e-12. */
    public static <M extends Module> M spectralNorm(M module) {
        return spectralNorm(module, "weight", 1, 1e-12, null);
    }

    /**
     * Spectral normalization (Miyato et al., 2018): a tensor divided by its largest singular value, all dimensions but {@code dim} taken as one; a
     * vector is divided by its norm. The singular value comes from the power method, which starts with 15 iterations on random vectors, drawn
     * from the default generator, and goes on whenever the tensor is used in training mode.
     *
     * @param nPowerIterations at each use in training mode; default 1
     * @param eps              the least norm to divide by; default 1e-12
     * @param dim              the outputs; null for 1 of transposed convolutions, else 0
     * @return {@code module}
     * @throws IllegalArgumentException         if there is no such tensor, the module is not {@link Parametrizable}, or
     *     {@code nPowerIterations} is not positive
     * @throws ShapeException if {@code dim} is out of range
     */
    public static <M extends Module> M spectralNorm(M module, String name, int nPowerIterations, double eps, Integer dim) {
        Tensor weight = tensor("spectralNorm", module, name);
        int outputs = dim != null ? dim : isTransposed(module) ? 1 : 0;
        return Parametrize.registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, eps, outputs));
    }

    /** Whether the outputs are the weight's second dimension. */
    private static boolean isTransposed(Module module) {
        return module instanceof ConvTranspose1d || module instanceof ConvTranspose2d || module instanceof ConvTranspose3d;
    }

    /** {@link #orthogonal(Module, String, OrthogonalMap)} of {@code weight}, with the map that suits its shape. */
    public static <M extends Module> M orthogonal(M module) {
        return orthogonal(module, "weight", null);
    }

    /**
     * Keeps a matrix orthogonal: its columns, or its rows if it has more columns than rows, are orthogonal and of length 1. Dimensions before the
     * last two are a batch of matrices. It starts with the orthogonal factor of a QR decomposition, itself if it is orthogonal; one that is not
     * square is completed with random columns, drawn from the default generator. As PyTorch's with {@code use_trivialization}.
     *
     * @param map null for {@link OrthogonalMap#MATRIX_EXP} of square matrices, else {@link OrthogonalMap#HOUSEHOLDER}
     * @return {@code module}
     * @throws IllegalArgumentException         if there is no such tensor, it is parametrized already, or the module is not {@link Parametrizable}
     * @throws ShapeException if the tensor has fewer than two dimensions
     */
    public static <M extends Module> M orthogonal(M module, String name, OrthogonalMap map) {
        if (Parametrize.isParametrized(module, name)) {
            throw new IllegalArgumentException("orthogonal: '%s' of %s has a parametrization already; orthogonal must be the first".formatted(name,
                    module.typeName()));
        }
        Tensor weight = tensor("orthogonal", module, name);
        if (weight.dim() < 2) {
            throw new ShapeException("orthogonal: '%s' must be a matrix or a batch of matrices, got %s", name, weight.shape());
        }
        boolean square = weight.size(-2) == weight.size(-1);
        OrthogonalMap chosen = map != null ? map : square ? OrthogonalMap.MATRIX_EXP : OrthogonalMap.HOUSEHOLDER;
        return Parametrize.registerParametrization(module, name, new OrthogonalWeight(weight, chosen));
    }

    /** The tensor as it is now. */
    private static Tensor tensor(String who, Module module, String name) {
        Tensor own = module.ownParameters().containsKey(name) ? module.ownParameters().get(name) : module.ownBuffers().get(name);
        if (own == null && !Parametrize.isParametrized(module, name)) {
            throw new IllegalArgumentException("%s: %s has no parameter or buffer '%s'".formatted(who, module.typeName(), name));
        }
        return own != null ? own : Autograd.noGrad(Parametrize.of(module, name)::value);
    }
}
