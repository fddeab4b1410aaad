package io.candela.benchmarks;

import io.candela.optim.Adam;
import io.candela.optim.Optimizer;
import io.candela.optim.SGD;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link OptimizerWork} in Candela. */
@State(Scope.Thread)
public class CandelaOptimizer {
    private final List<Tensor> parameters = new ArrayList<>();
    private Optimizer optimizer;

    @Setup
    public void setUp(OptimizerWork work) {
        for (int i = 0; i < work.tensors(); i++) {
            Tensor parameter = Tensor.of(work.parameter(i)).setRequiresGrad(true);
            parameter.setGrad(Tensor.of(work.gradient(i)));
            parameters.add(parameter);
        }
        optimizer = work.kind == OptimizerWork.Kind.ADAM ? new Adam(parameters, OptimizerWork.LEARNING_RATE)
                : new SGD(parameters, SGD.options().lr(OptimizerWork.LEARNING_RATE).momentum(OptimizerWork.MOMENTUM));
    }

    public void step() {
        optimizer.step();
    }

    /** The sum of the squares of all parameters, to be compared. */
    public double norm() {
        return parameters.stream().mapToDouble(parameter -> parameter.detach().square().sum().item()).sum();
    }
}
