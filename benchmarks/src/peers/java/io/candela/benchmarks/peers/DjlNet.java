package io.candela.benchmarks.peers;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.candela.benchmarks.Workload;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A network in DJL on PyTorch: its Trainer, with a sub-manager per step that frees the step's arrays. */
public abstract class DjlNet implements PeerNet {
    private final Trainer trainer;
    private final NDList inputs;
    private final NDList labels;

    DjlNet(Workload work) {
        this(work.name(), block(work), loss(!work.logSoftmax()),
                Adam.builder().optLearningRateTracker(Tracker.fixed((float) Workload.LEARNING_RATE)).build(),
                new Shape(work.batch(), work.features()), work.inputs(), work.labels());
    }

    @SuppressWarnings("this-escape")
    DjlNet(String name, Block block, Loss loss, Optimizer optimizer, Shape shape, float[] inputs, int... labels) {
        Model model = Model.newInstance(name, "PyTorch");
        model.setBlock(block);
        trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer));
        trainer.initialize(shape);
        NDManager manager = trainer.getManager();
        this.inputs = new NDList(manager.create(inputs, shape));
        this.labels = new NDList(manager.create(labels).toType(DataType.INT64, false));
    }

    private static Block block(Workload work) {
        Djl.prepare(work.tiny());
        SequentialBlock block = new SequentialBlock();
        for (int i = 0; i < work.layers(); i++) {
            if (i > 0) {
                block.add(Activation::relu);
            }
            block.add(layer(work, i));
        }
        if (work.logSoftmax()) {
            block.add(scores -> new NDList(scores.singletonOrThrow().logSoftmax(1)));
        }
        return block;
    }

    /** Cross entropy of class axis −1 for labels that are indices. */
    static Loss loss(boolean ofScores) {
        return new SoftmaxCrossEntropyLoss("loss", 1, -1, true, ofScores);
    }

    private static Linear layer(Workload work, int i) {
        Linear linear = Linear.builder().setUnits(work.widths()[i + 1]).build();
        linear.setInitializer(values(work.weight(i)), Parameter.Type.WEIGHT);
        linear.setInitializer(values(work.bias(i)), Parameter.Type.BIAS);
        return linear;
    }

    static Initializer values(float[] values) {
        return (manager, shape, type) -> manager.create(values, shape);
    }

    @Override
    public void step() {
        try (NDManager temporaries = trainer.getManager().newSubManager()) {
            inputs.tempAttach(temporaries);
            labels.tempAttach(temporaries);
            try (var gradients = trainer.newGradientCollector()) {
                gradients.backward(loss());
            }
            trainer.step();
        }
    }

    @Override
    public void infer() {
        try (NDManager temporaries = trainer.getManager().newSubManager()) {
            inputs.tempAttach(temporaries);
            trainer.evaluate(inputs);
        }
    }

    @Override
    public double lossNow() {
        return loss().getFloat();
    }

    /** Loss in evaluation mode. */
    public double evaluatedLoss() {
        return trainer.getLoss().evaluate(labels, trainer.evaluate(inputs)).getFloat();
    }

    private NDArray loss() {
        return trainer.getLoss().evaluate(labels, trainer.forward(inputs));
    }

    @State(Scope.Thread)
    public static class Iris extends DjlNet {
        public Iris() {
            super(Workload.IRIS);
        }
    }

    @State(Scope.Thread)
    public static class Mlp extends DjlNet {
        public Mlp() {
            super(Workload.MLP);
        }
    }
}
