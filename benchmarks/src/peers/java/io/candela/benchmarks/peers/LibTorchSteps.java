package io.candela.benchmarks.peers;

import io.candela.benchmarks.OptimizerWork;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link OptimizerWork} in libtorch, with its fused kernels. */
@State(Scope.Thread)
public class LibTorchSteps {
    private Tensor[] parameters;
    private LibTorchOptimizer optimizer;

    @Setup
    public void setUp(OptimizerWork work) {
        LibTorch.prepare(work.tiny());
        parameters = new Tensor[work.tensors()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = LibTorch.tensor(work.parameter(i), -1).set_requires_grad(true);
            parameters[i].mutable_grad().put(LibTorch.tensor(work.gradient(i), -1));
        }
        optimizer = work.kind == OptimizerWork.Kind.ADAM ? new LibTorchAdam(parameters, true)
                : new LibTorchSgd(parameters, OptimizerWork.LEARNING_RATE, true);
    }

    public void step() {
        try (var scope = new PointerScope()) {
            optimizer.step();
        }
    }

    double norm() {
        double sum = 0;
        for (Tensor parameter : parameters) {
            for (float value : LibTorch.values(parameter.detach())) {
                sum += (double) value * value;
            }
        }
        return sum;
    }
}
