package io.candela.ops;

import io.candela.autograd.NaryOp;
import io.candela.autograd.Saved;
import io.candela.backend.Backend;
import io.candela.backend.TernaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Map;

/** {@code a + value · b · c} or {@code a + value · b / c}, in one pass. */
public final class AddProduct extends NaryOp {
    private final TernaryKernel kernel;
    private final double value;
    private Saved left;
    private Saved right;

    /** @param kernel ADDCMUL or ADDCDIV */
    public AddProduct(TernaryKernel kernel, double value) {
        this.kernel = kernel;
        this.value = value;
    }

    @Override
    public String name() {
        return kernel == TernaryKernel.ADDCMUL ? "addcmul" : "addcdiv";
    }

    @Override
    protected Map<String, Object> attributes() {
        return Map.of("value", value);
    }

    @Override
    protected Tensor forward(Tensor... xs) {
        if (kernel == TernaryKernel.ADDCDIV) {
            checkQuotient(xs[1], xs[2]);
        }
        Shape shape = Shape.broadcast(name(), xs[0].shape(), Shape.broadcast(name(), xs[1].shape(), xs[2].shape()));
        DType type = Pointwise.promote(xs);
        if (type == DType.BOOL) {
            throw new DTypeException("%s: needs numbers, got bool; convert with to(dtype)", name());
        }
        if (type == DType.UINT8 && value < 0) {
            throw new DTypeException("%s: the factor %s does not fit into uint8; convert with to(dtype)", name(), value);
        }
        left = save(xs[1]);
        right = save(xs[2]);
        Tensor out = Pointwise.result(shape, type, xs[0], xs[1], xs[2]);
        Backend.of(out).pointwise().ternary(kernel, xs[0], xs[1], xs[2], value, out);
        return out;
    }

    /** Refuses integer quotients, as PyTorch does. */
    private static void checkQuotient(Tensor b, Tensor c) {
        if (!b.dtype().isFloating() && !c.dtype().isFloating()) {
            throw new DTypeException("addcdiv: the quotient of %s and %s would be cut off; convert one with to(DType.FLOAT32)", b.dtype(), c.dtype());
        }
    }

    @Override
    protected Tensor grad(int input, Tensor g) {
        if (input == 0) {
            return g;
        }
        Tensor b = left.get();
        Tensor c = right.get();
        if (kernel == TernaryKernel.ADDCMUL) {
            return g.mul((input == 1 ? c : b).mul(value));
        }
        return input == 1 ? g.mul(value).div(c) : g.neg().mul(b.mul(value).div(c.square()));
    }
}
