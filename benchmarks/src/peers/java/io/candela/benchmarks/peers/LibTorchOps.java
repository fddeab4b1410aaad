package io.candela.benchmarks.peers;

import io.candela.benchmarks.Operands;
import io.candela.benchmarks.TinyOp;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Single ops in libtorch. The caller closes the result. */
public abstract class LibTorchOps implements PeerOps {
    private final Tensor a;
    private final Tensor b;
    private final Tensor lhs;
    private final Tensor rhs;

    LibTorchOps(int rows, int inner, int columns) {
        LibTorch.prepare(rows < Operands.SQUARE);
        a = LibTorch.tensor(Operands.first(rows, columns), rows, columns);
        b = LibTorch.tensor(Operands.second(rows, columns), rows, columns);
        lhs = LibTorch.tensor(Operands.first(rows, inner), rows, inner);
        rhs = LibTorch.tensor(Operands.second(inner, columns), inner, columns);
    }

    public Tensor run(TinyOp.Kind op) {
        return switch (op) {
            case ADD -> a.add(b);
            case MUL -> a.mul(b);
            case RELU -> a.relu();
            case MATMUL -> lhs.mm(rhs);
        };
    }

    @Override
    public float[] values(TinyOp.Kind op) {
        return LibTorch.values(run(op));
    }

    @State(Scope.Thread)
    public static class Tiny extends LibTorchOps {
        public Tiny() {
            super(Operands.ROWS, Operands.INNER, Operands.COLUMNS);
        }
    }

    @State(Scope.Thread)
    public static class Square extends LibTorchOps {
        public Square() {
            super(Operands.SQUARE, Operands.SQUARE, Operands.SQUARE);
        }
    }
}
