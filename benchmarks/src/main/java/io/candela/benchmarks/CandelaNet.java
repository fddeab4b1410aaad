package io.candela.benchmarks;

import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Linear;
import io.candela.nn.LogSoftmax;
import io.candela.nn.Loss;
import io.candela.nn.NLLLoss;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.autograd.Autograd;
import io.candela.optim.Adam;
import io.candela.tensor.Tensor;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A {@link Workload} in Candela: the plain loop, without scopes or anything else that a user would not write. */
public abstract class CandelaNet {
    /** {@link Workload#IRIS}. */
    @State(Scope.Thread)
    public static class Iris extends CandelaNet {
        public Iris() {
            super(Workload.IRIS);
        }
    }

    /** {@link Workload#MLP}. */
    @State(Scope.Thread)
    public static class Mlp extends CandelaNet {
        public Mlp() {
            super(Workload.MLP);
        }
    }

    private final Sequential model = new Sequential();
    private final Loss lossFn;
    private final Adam optimizer;
    private final Tensor inputs;
    private final Tensor labels;

    CandelaNet(Workload work) {
        for (int i = 0; i < work.layers(); i++) {
            Linear linear = new Linear(work.widths()[i], work.widths()[i + 1]);
            int layer = i;
            Autograd.noGrad(() -> {
                linear.weight().copyFrom(Tensor.of(work.weight(layer), work.widths()[layer + 1], work.widths()[layer]));
                linear.bias().copyFrom(Tensor.of(work.bias(layer)));
            });
            model.append(linear);
            if (i < work.layers() - 1) {
                model.append(new ReLU());
            } else if (work.logSoftmax()) {
                model.append(new LogSoftmax(1));
            }
        }
        lossFn = work.logSoftmax() ? new NLLLoss() : new CrossEntropyLoss();
        optimizer = new Adam(model.parameters(), Workload.LEARNING_RATE);
        inputs = Tensor.of(work.inputs(), work.batch(), work.features());
        labels = Tensor.of(IntStream.of(work.labels()).asLongStream().toArray());
    }

    /** Trains one step; returns the loss. */
    public Tensor step() {
        optimizer.zeroGrad();
        Tensor loss = lossFn.forward(model.forward(inputs), labels);
        loss.backward();
        optimizer.step();
        return loss;
    }

    /** The output, without a gradient. */
    public Tensor forward() {
        return Autograd.noGrad(() -> model.forward(inputs));
    }
}
