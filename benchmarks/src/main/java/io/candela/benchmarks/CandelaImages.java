package io.candela.benchmarks;

import io.candela.autograd.Autograd;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Layer;
import io.candela.nn.models.ResNet;
import io.candela.nn.models.TutorialCnn;
import io.candela.optim.SGD;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link ImageWork} in Candela: the plain loop. */
public final class CandelaImages {
    private final Layer model;
    private final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    private final SGD optimizer;
    private final Tensor inputs;
    private final Tensor labels;

    public CandelaImages(ImageWork work) {
        model = work.net() == ImageWork.Net.CNN ? new TutorialCnn() : ResNet.resnet18(ImageWork.CLASSES, ResNet.Stem.CIFAR);
        List<Tensor> parameters = model.parameters();
        Autograd.noGrad(() -> {
            for (int i = 0; i < parameters.size(); i++) {
                parameters.get(i).copyFrom(Tensor.of(work.parameter(i), work.parameters().get(i).shape()));
            }
        });
        optimizer = new SGD(parameters, SGD.options().lr(ImageWork.LEARNING_RATE).momentum(ImageWork.MOMENTUM));
        inputs = Tensor.of(work.inputs(), work.batch(), ImageWork.CHANNELS, ImageWork.SIZE, ImageWork.SIZE);
        labels = Tensor.of(IntStream.of(work.labels()).asLongStream().toArray());
    }

    /** Trains one step; returns the loss. */
    public Tensor step() {
        optimizer.zeroGrad();
        Tensor loss = loss();
        loss.backward();
        optimizer.step();
        return loss;
    }

    /** The loss in the mode in which the network is: see {@link #train}. */
    public Tensor loss() {
        return lossFn.forward(model.forward(inputs), labels);
    }

    /** Whether the batch's own statistics normalize from now on, which is so at first, or running ones. */
    public void train(boolean training) {
        model.train(training);
    }

    /** The output, without a gradient. */
    public Tensor forward() {
        return Autograd.noGrad(() -> model.forward(inputs));
    }

    /** The network of {@link CnnStep}. */
    @State(Scope.Thread)
    public static class Cnn {
        private CandelaImages net;

        @Setup
        public void setUp(CnnBatch batch) {
            net = new CandelaImages(batch.work());
        }

        public Tensor step() {
            return net.step();
        }
    }

    /** The network of {@link ResNet18Step}. */
    @State(Scope.Thread)
    public static class ResNet18 {
        private final CandelaImages net = new CandelaImages(ImageWork.resnet18(ImageWork.STEP_BATCH));

        public Tensor step() {
            return net.step();
        }
    }

    /** The network of {@link ResNet18Eval}. */
    @State(Scope.Thread)
    public static class Eval {
        private CandelaImages net;

        @Setup
        public void setUp(EvalBatch batch) {
            net = new CandelaImages(batch.work());
            net.train(false);
        }

        public Tensor forward() {
            return net.forward();
        }
    }
}
