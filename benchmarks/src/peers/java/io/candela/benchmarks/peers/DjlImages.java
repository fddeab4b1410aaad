package io.candela.benchmarks.peers;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.candela.benchmarks.CnnBatch;
import io.candela.benchmarks.EvalBatch;
import io.candela.benchmarks.ImageWork;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link ImageWork} in DJL on PyTorch. */
public final class DjlImages extends DjlNet implements ImageNet {
    DjlImages(ImageWork work) {
        super(work.net().name(), block(work), loss(true),
                Optimizer.sgd().setLearningRateTracker(Tracker.fixed((float) ImageWork.LEARNING_RATE)).optMomentum((float) ImageWork.MOMENTUM).build(),
                new Shape(work.batch(), ImageWork.CHANNELS, ImageWork.SIZE, ImageWork.SIZE), work.inputs(), work.labels());
    }

    private static Block block(ImageWork work) {
        Djl.prepare(false);
        Layers layers = new Layers(work);
        return work.net() == ImageWork.Net.CNN ? layers.cnn() : layers.resnet18();
    }

    /** Builds a network, whose layers take parameter after parameter. */
    private static final class Layers {
        private final ImageWork work;
        private int next;

        Layers(ImageWork work) {
            this.work = work;
        }

        Block cnn() {
            SequentialBlock block = new SequentialBlock();
            for (int i = 0; i < 2; i++) {
                block.add(convolution(1, 0, true)).add(Activation::relu).add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
            }
            return block.add(Blocks.batchFlattenBlock()).add(affine()).add(Activation::relu).add(affine()).add(Activation::relu).add(affine());
        }

        Block resnet18() {
            SequentialBlock net = normalized(1, 1).add(Activation::relu);
            for (int stage = 0; stage < ImageWork.STAGES; stage++) {
                for (int block = 0; block < ImageWork.BLOCKS; block++) {
                    boolean shrinks = stage > 0 && block == 0;
                    Block branch = normalized(shrinks ? 2 : 1, 1).add(Activation::relu).add(normalized(1, 1));
                    Block shortcut = shrinks ? normalized(2, 0) : Blocks.identityBlock();
                    net.add(new ParallelBlock(Layers::sum, List.of(branch, shortcut)));
                }
            }
            return net.add(Pool.globalAvgPool2dBlock()).add(affine());
        }

        private static NDList sum(List<NDList> parts) {
            return new NDList(Activation.relu(parts.get(0).singletonOrThrow().addi(parts.get(1).singletonOrThrow())));
        }

        private SequentialBlock normalized(int stride, int padding) {
            // DJL names the share of the old average.
            BatchNorm norm = BatchNorm.builder().optEpsilon((float) ImageWork.EPSILON).optMomentum((float) (1 - ImageWork.AVERAGING)).build();
            Conv2d convolution = convolution(stride, padding, false);
            norm.setInitializer(values(work.parameter(next++)), Parameter.Type.GAMMA);
            norm.setInitializer(values(work.parameter(next++)), Parameter.Type.BETA);
            return new SequentialBlock().add(convolution).add(norm);
        }

        private Conv2d convolution(int stride, int padding, boolean bias) {
            int[] shape = work.parameters().get(next).shape();
            Conv2d convolution = Conv2d.builder().setKernelShape(new Shape(shape[2], shape[3])).setFilters(shape[0])
                    .optStride(new Shape(stride, stride)).optPadding(new Shape(padding, padding)).optBias(bias).build();
            convolution.setInitializer(values(work.parameter(next++)), Parameter.Type.WEIGHT);
            if (bias) {
                convolution.setInitializer(values(work.parameter(next++)), Parameter.Type.BIAS);
            }
            return convolution;
        }

        private Linear affine() {
            Linear linear = Linear.builder().setUnits(work.parameters().get(next).shape()[0]).build();
            linear.setInitializer(values(work.parameter(next++)), Parameter.Type.WEIGHT);
            linear.setInitializer(values(work.parameter(next++)), Parameter.Type.BIAS);
            return linear;
        }
    }

    /** The network of CnnStep. */
    @State(Scope.Thread)
    public static class Cnn extends PeerTrial {
        @Setup
        public void setUp(CnnBatch batch) {
            use(new DjlImages(batch.work()));
        }
    }

    /** The network of ResNet18Step. */
    @State(Scope.Thread)
    public static class ResNet18 extends PeerTrial {
        @Setup
        public void setUp() {
            use(new DjlImages(ImageWork.resnet18(ImageWork.STEP_BATCH)));
        }
    }

    /** The network of ResNet18Eval. */
    @State(Scope.Thread)
    public static class Eval extends PeerTrial {
        @Setup
        public void setUp(EvalBatch batch) {
            use(new DjlImages(batch.work()));
        }
    }
}
