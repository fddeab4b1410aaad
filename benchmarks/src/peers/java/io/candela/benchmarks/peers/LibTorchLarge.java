package io.candela.benchmarks.peers;

import io.candela.benchmarks.LargeOp;
import io.candela.benchmarks.Operands;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The ops of {@link LargeOp} in libtorch. The caller closes the result. */
@State(Scope.Thread)
public class LibTorchLarge {
    private final Tensor x;
    private final Tensor y;
    private final Tensor positive;
    private final Tensor mask;
    private final Tensor transposed;
    private final Tensor skipping;
    private final Scalar number = new Scalar(1.5f);

    public LibTorchLarge() {
        LibTorch.prepare(false);
        x = LibTorch.tensor(Operands.first(LargeOp.SIDE, LargeOp.SIDE), LargeOp.SIDE, LargeOp.SIDE);
        y = LibTorch.tensor(Operands.second(LargeOp.SIDE, LargeOp.SIDE), LargeOp.SIDE, LargeOp.SIDE);
        positive = x.abs().add(new Scalar(0.1f));
        mask = x.gt(new Scalar(0f));
        transposed = x.t();
        skipping = x.view(LargeOp.SIDE, LargeOp.SIDE / 2, 2).select(2, 0);
    }

    public Tensor run(LargeOp.Pointwise.Kind kind) {
        return switch (kind) {
            case ADD -> x.add(y);
            case MUL -> x.mul(y);
            case DIV -> x.div(y);
            case ADD_NUMBER -> x.add(number);
            case MAXIMUM -> x.maximum(y);
            case WHERE -> torch.where(mask, x, y);
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
            case GELU -> torch.gelu(x);
            case SILU -> torch.silu(x);
            case LOG_SIGMOID -> torch.log_sigmoid(x);
            case HARDSWISH -> torch.hardswish(x);
        };
    }

    public Tensor run(LargeOp.Reduce.Kind kind) {
        return switch (kind) {
            case SUM -> x.sum();
            case SUM_LAST -> x.sum(-1);
            case SUM_FIRST -> x.sum(0);
            case MEAN -> x.mean();
            case VAR -> x.var(true);
            case MAX -> x.max();
            case AMAX_LAST -> x.amax(new long[] {-1}, false);
            case AMAX_FIRST -> x.amax(new long[] {0}, false);
            case ARGMAX_LAST -> torch.argmax(x, new LongOptional(-1), false);
            case CUMSUM_LAST -> x.cumsum(-1);
            case SOFTMAX_LAST -> torch.softmax(x, -1);
            case SOFTMAX_FIRST -> torch.softmax(x, 0);
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
