package io.candela.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.candela.benchmarks.Operands;
import io.candela.benchmarks.TinyOp;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Single ops in DJL. The caller closes the result. */
public abstract class DjlOps implements PeerOps {
    private final NDArray a;
    private final NDArray b;
    private final NDArray lhs;
    private final NDArray rhs;

    DjlOps(int rows, int inner, int columns) {
        Djl.prepare(rows < Operands.SQUARE);
        NDManager manager = NDManager.newBaseManager("PyTorch");
        a = manager.create(Operands.first(rows, columns), new Shape(rows, columns));
        b = manager.create(Operands.second(rows, columns), new Shape(rows, columns));
        lhs = manager.create(Operands.first(rows, inner), new Shape(rows, inner));
        rhs = manager.create(Operands.second(inner, columns), new Shape(inner, columns));
    }

    public NDArray run(TinyOp.Kind op) {
        return switch (op) {
            case ADD -> a.add(b);
            case MUL -> a.mul(b);
            case RELU -> a.getNDArrayInternal().relu();
            case MATMUL -> lhs.matMul(rhs);
        };
    }

    @Override
    public float[] values(TinyOp.Kind op) {
        return run(op).toFloatArray();
    }

    @State(Scope.Thread)
    public static class Tiny extends DjlOps {
        public Tiny() {
            super(Operands.ROWS, Operands.INNER, Operands.COLUMNS);
        }
    }

    @State(Scope.Thread)
    public static class Square extends DjlOps {
        public Square() {
            super(Operands.SQUARE, Operands.SQUARE, Operands.SQUARE);
        }
    }
}
