package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.DeviceException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parametrizations of one tensor of a module, and the originals that it is computed from: state {@code original}, or {@code original0},
 * {@code original1}, … if the first parametrization is a {@link Factorization}. {@link Parametrize#of} gives it.
 */
public final class ParametrizationList extends ModuleList<Module> {
    private final Tensor registered; // what the module holds in its field; the original too, unless there are several
    private final Tensor[] originals;
    private final boolean buffer;

    private ParametrizationList(Module first, Tensor registered, Tensor[] originals, boolean buffer) {
        this.registered = registered;
        this.originals = originals;
        this.buffer = buffer;
        append(first);
    }

    /** Of a tensor's first parametrization. If anything is wrong, nothing was changed. */
    static ParametrizationList first(Module parametrization, Tensor registered, boolean buffer, boolean unsafe) {
        String who = parametrization.typeName();
        Tensor[] given = Autograd.noGrad(() -> inverse(parametrization, registered));
        Tensor[] originals = new Tensor[given.length];
        for (int i = 0; i < given.length; i++) {
            originals[i] = given[i].detach();
        }
        if (originals.length == 1) {
            checkKind(who + ".rightInverse", registered, originals[0]);
        }
        var list = new ParametrizationList(parametrization, registered, originals, buffer);
        if (!unsafe) {
            check(who, registered, Autograd.noGrad(list::compute));
        }
        list.adopt();
        return list;
    }

    private static Tensor[] inverse(Module parametrization, Tensor value) {
        if (parametrization instanceof Factorization factorization) {
            return factorization.rightInverse(value);
        }
        return new Tensor[] {parametrization instanceof RightInverse inverse ? inverse.rightInverse(value) : value};
    }

    /** Makes the originals parameters or buffers. A single one is the registered tensor itself, so that optimizers keep it. */
    private void adopt() {
        if (isSingle()) {
            registered.setData(originals[0]);
            originals[0] = registered;
        }
        boolean requiresGrad = registered.requiresGrad();
        for (int i = 0; i < originals.length; i++) {
            String name = isSingle() ? "original" : "original" + i;
            if (buffer) {
                registerBuffer(name, originals[i]);
            } else {
                register(name, originals[i]).setRequiresGrad(requiresGrad);
            }
        }
    }

    /** Adds a parametrization of what the list computes now. */
    void add(Layer parametrization, boolean unsafe) {
        if (!unsafe) {
            Autograd.noGrad(() -> {
                Tensor before = value();
                Tensor after = parametrization.call(before);
                check(parametrization.typeName(), before, after);
                if (parametrization instanceof RightInverse inverse) {
                    check(parametrization.typeName() + ".rightInverse", before, inverse.rightInverse(after));
                }
            });
        }
        append(parametrization);
    }

    private static void check(String who, Tensor before, Tensor after) {
        if (!after.shape().equals(before.shape())) {
            throw new ShapeException("%s: a parametrization must keep the shape %s, got %s; register it as unsafe to change it", who, before.shape(),
                    after.shape());
        }
        if (after.dtype() != before.dtype()) {
            throw new DTypeException("%s: a parametrization must keep the type %s, got %s; register it as unsafe to change it", who, before.dtype(),
                    after.dtype());
        }
    }

    private static void checkKind(String who, Tensor wanted, Tensor given) {
        if (given.dtype() != wanted.dtype()) {
            throw new DTypeException("%s: an original must have type %s, got %s", who, wanted.dtype(), given.dtype());
        }
        if (!given.device().equals(wanted.device())) {
            throw new DeviceException("%s: an original must be on %s, got %s", who, wanted.device(), given.device());
        }
    }

    /** The tensor that the originals stand for, computed anew unless {@link Parametrize#cached} is at work. Differentiable. */
    public Tensor value() {
        return ParametrizationCache.get(this);
    }

    Tensor compute() {
        Tensor x = get(0) instanceof Factorization factorization ? factorization.forward(originals.clone()) : ((Layer) get(0)).call(originals[0]);
        for (int i = 1; i < size(); i++) {
            x = ((Layer) get(i)).call(x);
        }
        return x;
    }

    /**
     * Assigns a value: the originals become what the right inverses, the last one's first, make of it. They stay the same tensors.
     *
     * @throws IllegalStateException if a parametrization has no right inverse
     * @throws DTypeException        if an original would change its type
     */
    public void rightInverse(Tensor value) {
        Autograd.noGrad(() -> {
            Tensor x = value;
            for (int i = size() - 1; i > 0; i--) {
                x = rightInverse(get(i), x)[0];
            }
            Tensor[] results = rightInverse(get(0), x);
            if (results.length != originals.length) {
                throw new IllegalStateException("%s.rightInverse: there are %d originals, got %d tensors".formatted(get(0).typeName(), originals.length,
                        results.length));
            }
            for (int i = 0; i < results.length; i++) {
                checkKind(get(0).typeName() + ".rightInverse", originals[i], results[i]);
            }
            for (int i = 0; i < results.length; i++) {
                originals[i].setData(owned(results[i], value));
            }
        });
    }

    private static Tensor[] rightInverse(Module parametrization, Tensor value) {
        if (!(parametrization instanceof RightInverse) && !(parametrization instanceof Factorization)) {
            throw new IllegalStateException("%s: it has no right inverse, so no value can be assigned; implement RightInverse".formatted(
                    parametrization.typeName()));
        }
        return inverse(parametrization, value);
    }

    /** What can become state: the caller goes on owning the memory of {@code value}. */
    private static Tensor owned(Tensor result, Tensor value) {
        return TensorScope.outlive(result.storage() == value.storage() ? result.clone() : result);
    }

    /** What the value is computed from, in order. A new list. */
    public List<Tensor> originals() {
        return new ArrayList<>(Arrays.asList(originals));
    }

    /** Whether there is one original, {@code original}, and not {@code original0}, {@code original1}, …. */
    boolean isSingle() {
        return !(get(0) instanceof Factorization);
    }

    boolean isBuffer() {
        return buffer;
    }

    Tensor registered() {
        return registered;
    }
}
