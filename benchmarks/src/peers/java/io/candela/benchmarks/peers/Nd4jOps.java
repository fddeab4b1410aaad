package io.candela.benchmarks.peers;

import io.candela.benchmarks.Operands;
import io.candela.benchmarks.TinyOp;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Single ops in ND4J. Results go to a workspace that is never left and begins anew when it is full: cheaper than any other memory ND4J has. */
public abstract class Nd4jOps implements PeerOps {
    /** A workspace that grows to what its scope needs and begins anew with every entry. */
    static final WorkspaceConfiguration SCOPED = WorkspaceConfiguration.builder().initialSize(1 << 20).policyAllocation(AllocationPolicy.OVERALLOCATE)
            .policyLearning(LearningPolicy.FIRST_LOOP).policySpill(SpillPolicy.REALLOCATE).build();

    private final INDArray a;
    private final INDArray b;
    private final INDArray lhs;
    private final INDArray rhs;

    Nd4jOps(int rows, int inner, int columns) {
        Nd4jThreads.prepare(rows < Operands.SQUARE);
        a = Nd4j.create(Operands.first(rows, columns), new long[] {rows, columns}, 'c');
        b = Nd4j.create(Operands.second(rows, columns), new long[] {rows, columns}, 'c');
        lhs = Nd4j.create(Operands.first(rows, inner), new long[] {rows, inner}, 'c');
        rhs = Nd4j.create(Operands.second(inner, columns), new long[] {inner, columns}, 'c');
        var ring = WorkspaceConfiguration.builder().initialSize(Math.max(1 << 20, 8L * Float.BYTES * rows * columns)).policyAllocation(AllocationPolicy.STRICT)
                .policyLearning(LearningPolicy.NONE).policyReset(ResetPolicy.ENDOFBUFFER_REACHED).policySpill(SpillPolicy.REALLOCATE).build();
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(ring, "results");
    }

    public INDArray run(TinyOp.Kind op) {
        return switch (op) {
            case ADD -> a.add(b);
            case MUL -> a.mul(b);
            case RELU -> Transforms.relu(a, true);
            case MATMUL -> lhs.mmul(rhs); // its result is column by column, which ND4J likes best
        };
    }

    @Override
    public float[] values(TinyOp.Kind op) {
        return run(op).dup('c').data().asFloat();
    }

    @State(Scope.Thread)
    public static class Tiny extends Nd4jOps {
        public Tiny() {
            super(Operands.ROWS, Operands.INNER, Operands.COLUMNS);
        }
    }

    @State(Scope.Thread)
    public static class Square extends Nd4jOps {
        public Square() {
            super(Operands.SQUARE, Operands.SQUARE, Operands.SQUARE);
        }
    }
}
