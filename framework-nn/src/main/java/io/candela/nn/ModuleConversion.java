package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Changes of all tensors of a tree of modules. */
final class ModuleConversion {
    private ModuleConversion() {}

    /** Gives each parameter, gradient and buffer the contents that {@code conversion} makes of it. */
    static void convert(Module root, UnaryOperator<Tensor> conversion) {
        List<Tensor> tensors = new ArrayList<>(root.parameters());
        tensors.addAll(root.buffers());
        Autograd.noGrad(() -> {
            for (Tensor tensor : tensors) {
                convert(tensor, conversion);
            }
        });
    }

    private static void convert(Tensor tensor, UnaryOperator<Tensor> conversion) {
        Tensor converted = conversion.apply(tensor);
        if (converted == tensor) {
            return;
        }
        Tensor gradient = tensor.gradOrNull();
        Tensor convertedGradient = gradient == null ? null : TensorScope.outlive(conversion.apply(gradient));
        tensor.setData(TensorScope.outlive(converted));
        if (gradient != null) {
            tensor.setGrad(convertedGradient);
        }
    }

    static void zeroGrad(Module root, boolean setToNull) {
        for (Tensor parameter : root.parameters()) {
            Tensor gradient = parameter.gradOrNull();
            if (setToNull || gradient == null) {
                parameter.clearGrad();
            } else if (gradient.isLeaf()) {
                gradient.setRequiresGrad(false);
                Autograd.noGrad(() -> {
                    gradient.zeroInPlace();
                });
            } else {
                parameter.setGrad(gradient.zerosLike()); // the old one belongs to a graph
            }
        }
    }
}
