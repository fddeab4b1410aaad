package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.scalar_tensor;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import io.candela.benchmarks.Workload;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * libtorch's fused Adam kernel, faster than the C++ class {@code torch::optim::Adam}, which does not use it. JavaCPP has no method for the kernel: it is called
 * by its name.
 */
final class LibTorchAdam {
    private final Type.TypePtr tensorType = new Type.TypePtr(TensorType.get());
    private final OperatorHandle kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adam_", "");
    private final Tensor[] parameters;
    private final boolean keepGradients;
    private final Tensor steps = scalar_tensor(new Scalar(0f));
    private final Scalar one = new Scalar(1f);
    private final IValueVector stack = new IValueVector();
    private final IValue[] arguments; // as in the kernel's schema; [1] is the list of gradients
    private boolean gradientsKnown;

    /** @param keepGradients whether zeroGrad writes zeros, which tiny parameters like better, or gives the gradients back, which is PyTorch's default */
    LibTorchAdam(Tensor[] parameters, boolean keepGradients) {
        this.parameters = parameters;
        this.keepGradients = keepGradients;
        GenericList values = list();
        GenericList averages = list();
        GenericList squares = list();
        GenericList counts = list();
        for (Tensor parameter : parameters) {
            Tensor detached = parameter.detach();
            values.push_back(new IValue(detached));
            averages.push_back(new IValue(zeros_like(detached)));
            squares.push_back(new IValue(zeros_like(detached)));
            counts.push_back(new IValue(steps));
        }
        IValue no = new IValue(false);
        IValue none = new IValue();
        arguments = new IValue[] {
            new IValue(values), none, new IValue(averages), new IValue(squares), new IValue(list()), new IValue(counts),
            new IValue(Workload.LEARNING_RATE), new IValue(0.9), new IValue(0.999), new IValue(0.0), new IValue(1e-8), no, no, none, none
        };
    }

    void zeroGrad() {
        for (Tensor parameter : parameters) {
            Tensor gradient = parameter.mutable_grad();
            if (!keepGradients) {
                gradient.reset();
            } else if (gradient.defined()) {
                gradient.zero_();
            }
        }
    }

    void step() {
        steps.add_(one);
        if (!keepGradients || !gradientsKnown) {
            arguments[1] = gradients();
            gradientsKnown = true;
        }
        stack.put(arguments);
        kernel.callBoxed(stack);
    }

    private IValue gradients() {
        GenericList gradients = list();
        for (Tensor parameter : parameters) {
            gradients.push_back(new IValue(parameter.mutable_grad()));
        }
        IValue argument = new IValue(gradients);
        return keepGradients ? argument.retainReference() : argument; // survives the PointerScope of this step
    }

    private GenericList list() {
        return new GenericList(tensorType);
    }
}
