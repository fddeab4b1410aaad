package io.candela.benchmarks;

import io.candela.tensor.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** {@link Operands} in Candela. */
public final class CandelaOps {
    private CandelaOps() {}

    /** Those of {@link TinyOps}. */
    @State(Scope.Thread)
    public static class Tiny {
        private final Tensor a = Tensor.of(Operands.first(Operands.ROWS, Operands.COLUMNS), Operands.ROWS, Operands.COLUMNS);
        private final Tensor b = Tensor.of(Operands.second(Operands.ROWS, Operands.COLUMNS), Operands.ROWS, Operands.COLUMNS);
        private final Tensor left = Tensor.of(Operands.first(Operands.ROWS, Operands.INNER), Operands.ROWS, Operands.INNER);
        private final Tensor right = Tensor.of(Operands.second(Operands.INNER, Operands.COLUMNS), Operands.INNER, Operands.COLUMNS);

        /** One of the ops, with a new result. */
        public Tensor run(TinyOp.Kind kind) {
            return switch (kind) {
                case ADD -> a.add(b);
                case MUL -> a.mul(b);
                case RELU -> a.relu();
                case MATMUL -> left.matmul(right);
            };
        }
    }

    /** Those of {@link Matmul}. */
    @State(Scope.Thread)
    public static class Square {
        private final Tensor a = Tensor.of(Operands.first(Operands.SQUARE, Operands.SQUARE), Operands.SQUARE, Operands.SQUARE);
        private final Tensor b = Tensor.of(Operands.second(Operands.SQUARE, Operands.SQUARE), Operands.SQUARE, Operands.SQUARE);

        /** The product, in a new result. */
        public Tensor run() {
            return a.matmul(b);
        }
    }
}
