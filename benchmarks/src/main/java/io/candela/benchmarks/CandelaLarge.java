package io.candela.benchmarks;

import io.candela.nn.F;
import io.candela.tensor.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The ops of {@link LargeOp} in Candela, each with a new result. */
@State(Scope.Thread)
public class CandelaLarge {
    private final Tensor x = Tensor.of(Operands.first(LargeOp.SIDE, LargeOp.SIDE), LargeOp.SIDE, LargeOp.SIDE);
    private final Tensor y = Tensor.of(Operands.second(LargeOp.SIDE, LargeOp.SIDE), LargeOp.SIDE, LargeOp.SIDE);
    private final Tensor positive = x.abs().add(0.1);
    private final Tensor mask = x.gt(0);
    private final Tensor transposed = x.t();
    private final Tensor skipping = x.slice(1, 0, LargeOp.SIDE, 2);

    public Tensor run(LargeOp.Pointwise.Kind kind) {
        return switch (kind) {
            case ADD -> x.add(y);
            case MUL -> x.mul(y);
            case DIV -> x.div(y);
            case ADD_NUMBER -> x.add(1.5);
            case MAXIMUM -> x.maximum(y);
            case WHERE -> x.where(mask, y);
            case GT -> x.gt(y);
            case NEG -> x.neg();
            case ABS -> x.abs();
            case FLOOR -> x.floor();
            case EXP -> x.exp();
            case EXPM1 -> x.expm1();
            case LOG -> positive.log();
            case LOG1P -> positive.log1p();
            case SQRT -> positive.sqrt();
            case RSQRT -> positive.rsqrt();
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case SIN -> x.sin();
            case ERF -> x.erf();
            case RELU -> x.relu();
            case GELU -> F.gelu(x);
            case SILU -> F.silu(x);
            case LOG_SIGMOID -> F.logSigmoid(x);
            case HARDSWISH -> F.hardswish(x);
        };
    }

    public Tensor run(LargeOp.Reduce.Kind kind) {
        return switch (kind) {
            case SUM -> x.sum();
            case SUM_LAST -> x.sum(-1);
            case SUM_FIRST -> x.sum(0);
            case MEAN -> x.mean();
            case VAR -> x.var();
            case MAX -> x.max();
            case AMAX_LAST -> x.amax(false, -1);
            case AMAX_FIRST -> x.amax(false, 0);
            case ARGMAX_LAST -> x.argmax(-1);
            case CUMSUM_LAST -> x.cumsum(-1);
            case SOFTMAX_LAST -> x.softmax(-1);
            case SOFTMAX_FIRST -> x.softmax(0);
        };
    }

    public Tensor run(LargeOp.Strided.Kind kind) {
        return switch (kind) {
            case TRANSPOSED_COPY -> transposed.contiguous();
            case TRANSPOSED_RELU -> transposed.relu();
            case TRANSPOSED_EXP -> transposed.exp();
            case TRANSPOSED_ADD -> transposed.add(y);
            case TRANSPOSED_SUM -> transposed.sum();
            case SKIPPING_COPY -> skipping.contiguous();
            case SKIPPING_EXP -> skipping.exp();
            case SKIPPING_ADD -> skipping.add(skipping);
        };
    }
}
