package io.candela.benchmarks.peers;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * One of libtorch's fused optimizer kernels, faster than the C++ classes of {@code torch::optim}, which do not use them. JavaCPP has no methods for them:
 * they are called by name.
 */
abstract class LibTorchOptimizer {
    private static final int GRADIENTS = 1; // their place among the arguments
    private final Type.TypePtr tensorType = new Type.TypePtr(TensorType.get());
    private final OperatorHandle kernel;
    private final Tensor[] parameters;
    private final boolean keepGradients;
    private final IValueVector stack = new IValueVector();
    private IValue[] arguments;
    private boolean gradientsKnown;

    /** @param keepGradients whether zeroGrad writes zeros, which tiny parameters like better, or gives the gradients back, which is PyTorch's default */
    LibTorchOptimizer(String kernel, Tensor[] parameters, boolean keepGradients) {
        this.kernel = Dispatcher.singleton().findSchemaOrThrow(kernel, "");
        this.parameters = parameters;
        this.keepGradients = keepGradients;
    }

    /** The kernel's arguments in the order of its schema: parameters, gradients (of which each step makes its own list), and its own. */
    final void setArguments(IValue... values) {
        arguments = values;
    }

    final void zeroGrad() {
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
        if (!keepGradients || !gradientsKnown) {
            IValue gradients = list(Tensor::mutable_grad);
            arguments[GRADIENTS] = keepGradients ? gradients.retainReference() : gradients; // survives the PointerScope of this step
            gradientsKnown = true;
        }
        stack.put(arguments);
        kernel.callBoxed(stack);
    }

    /** A list with one tensor for each parameter. */
    final IValue list(UnaryOperator<Tensor> each) {
        GenericList list = new GenericList(tensorType);
        for (Tensor parameter : parameters) {
            list.push_back(new IValue(each.apply(parameter)));
        }
        return new IValue(list);
    }

    final IValue emptyList() {
        return new IValue(new GenericList(tensorType));
    }
}
