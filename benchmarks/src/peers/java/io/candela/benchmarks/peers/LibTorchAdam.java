package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.scalar_tensor;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import io.candela.benchmarks.Workload;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** libtorch's fused Adam. */
final class LibTorchAdam extends LibTorchOptimizer {
    private final Tensor steps = scalar_tensor(new Scalar(0f));
    private final Scalar one = new Scalar(1f);

    LibTorchAdam(Tensor[] parameters, boolean keepGradients) {
        super("aten::_fused_adam_", parameters, keepGradients);
        IValue no = new IValue(false);
        IValue none = new IValue();
        setArguments(list(Tensor::detach), none, list(p -> zeros_like(p.detach())), list(p -> zeros_like(p.detach())), emptyList(), list(p -> steps),
                new IValue(Workload.LEARNING_RATE), new IValue(0.9), new IValue(0.999), new IValue(0.0), new IValue(1e-8), no, no, none, none);
    }

    @Override
    void step() {
        steps.add_(one);
        super.step();
    }
}
