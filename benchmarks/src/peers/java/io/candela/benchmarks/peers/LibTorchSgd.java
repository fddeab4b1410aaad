package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.zeros_like;

import io.candela.benchmarks.ImageWork;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;

/** libtorch's fused SGD with momentum. */
final class LibTorchSgd extends LibTorchOptimizer {
    LibTorchSgd(Tensor[] parameters, double lr, boolean keepGradients) {
        super("aten::_fused_sgd_", parameters, keepGradients);
        IValue zero = new IValue(0.0);
        IValue no = new IValue(false);
        IValue none = new IValue();
        // Weight decay and dampening are 0. Buffers of zeros make the first step like the others.
        setArguments(list(Tensor::detach), none, list(p -> zeros_like(p.detach())), zero, new IValue(ImageWork.MOMENTUM),
                new IValue(lr), zero, no, no, no, none, none);
    }
}
