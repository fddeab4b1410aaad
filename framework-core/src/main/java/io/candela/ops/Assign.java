package io.candela.ops;

import io.candela.autograd.BinaryOp;
import io.candela.autograd.UnaryOp;
import io.candela.backend.Backend;
import io.candela.backend.NnKernels.Distribution;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Overwrites the left operand with the right one, broadcast and converted. What was there before gets no gradient. */
public final class Assign extends BinaryOp {
    @Override
    public String name() {
        return "copyFrom";
    }

    @Override
    protected boolean travels(Tensor operand) {
        return true; // from anywhere
    }

    @Override
    protected Tensor forward(Tensor target, Tensor source) {
        if (!source.shape().broadcastsTo(target.shape())) {
            throw new ShapeException("copyFrom: source %s does not broadcast to %s", source.shape(), target.shape());
        }
        Pointwise.checkWritable(name(), target);
        Pointwise.checkOverlap(name(), target, source);
        Backend.of(target).pointwise().copy(source, target);
        return target;
    }

    @Override
    protected boolean overwrites() {
        return true;
    }

    @Override
    protected Tensor gradLhs(Tensor g) {
        return g.zerosLike();
    }

    @Override
    protected Tensor gradRhs(Tensor g) {
        return g;
    }

    /** Overwrites a tensor with one number. */
    public static final class Number extends UnaryOp {
        private final double value;

        /** @param value for every element */
        public Number(double value) {
            this.value = value;
        }

        @Override
        public String name() {
            return "fillInPlace";
        }

        @Override
        protected Tensor forward(Tensor x) {
            Pointwise.checkWritable(name(), x);
            Pointwise.checkFits(name(), value, x.dtype());
            Backend.of(x).pointwise().fill(x, value);
            return x;
        }

        @Override
        protected boolean overwrites() {
            return true;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g.zerosLike();
        }
    }

    /** Overwrites a tensor with random numbers, drawn in the order in which its elements lie in memory, as PyTorch does. */
    public static final class Random extends UnaryOp {
        private final Distribution distribution;
        private final double first;
        private final double second;
        private final Generator generator;

        /** Draws {@code distribution} with its two parameters. */
        public Random(Distribution distribution, double first, double second, Generator generator) {
            this.distribution = distribution;
            this.first = first;
            this.second = second;
            this.generator = generator;
        }

        @Override
        public String name() {
            return distribution == Distribution.LOG_NORMAL ? "logNormalInPlace"
                    : distribution.name().toLowerCase(java.util.Locale.ROOT) + "InPlace";
        }

        @Override
        protected Tensor forward(Tensor x) {
            Pointwise.checkWritable(name(), x);
            if (distribution != Distribution.BERNOULLI && distribution != Distribution.INTEGER && !x.dtype().isFloating()) {
                throw new DTypeException("%s: needs floating point, got %s; use Tensor.randint for integers", name(), x.dtype());
            }
            boolean apart = distribution == Distribution.NORMAL && !x.isContiguous() && x.device().equals(Device.CPU);
            Backend.of(x).nn().random(apart ? Distribution.NORMAL_SINGLY : distribution, first, second, generator, ResultOrder.outermostFirst(x));
            return x;
        }

        @Override
        protected boolean overwrites() {
            return true;
        }

        @Override
        protected Tensor grad(Tensor g) {
            return g.zerosLike();
        }
    }
}
