package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.cross_entropy;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.relu_;
import static org.bytedeco.pytorch.global.torch.tensor;
import static org.bytedeco.pytorch.global.torch.zeros;

import io.candela.benchmarks.CnnBatch;
import io.candela.benchmarks.EvalBatch;
import io.candela.benchmarks.ImageWork;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link ImageWork} in libtorch: its C++ functions over its own tensors, one PointerScope per step. */
public final class LibTorchImages implements ImageNet {
    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};
    private static final long[] NONE = {0, 0};
    private final ImageWork.Net net;
    private final Tensor inputs;
    private final Tensor labels;
    private final Tensor[] parameters;
    private final TensorOptional[] optional; // the same parameters
    private final TensorOptional[] means; // running ones, where the parameter is a scale
    private final TensorOptional[] variances;
    private final TensorOptional absent;
    private final LibTorchSgd sgd;

    LibTorchImages(ImageWork work, boolean channelsLast) {
        LibTorch.prepare(false);
        MemoryFormat format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        net = work.net();
        inputs = LibTorch.tensor(work.inputs(), work.batch(), ImageWork.CHANNELS, ImageWork.SIZE, ImageWork.SIZE).contiguous(format);
        labels = tensor(Arrays.stream(work.labels()).asLongStream().toArray());
        List<ImageWork.Parameter> kinds = work.parameters();
        parameters = new Tensor[kinds.size()];
        optional = new TensorOptional[kinds.size()];
        means = new TensorOptional[kinds.size()];
        variances = new TensorOptional[kinds.size()];
        absent = new TensorOptional();
        for (int i = 0; i < parameters.length; i++) {
            long[] shape = Arrays.stream(kinds.get(i).shape()).asLongStream().toArray();
            Tensor start = LibTorch.tensor(work.parameter(i), shape);
            parameters[i] = (shape.length == 4 ? start.contiguous(format) : start).set_requires_grad(true);
            optional[i] = new TensorOptional(parameters[i]);
            if (kinds.get(i).kind() == ImageWork.Kind.SCALE) {
                means[i] = new TensorOptional(zeros(shape));
                variances[i] = new TensorOptional(ones(shape));
            }
        }
        sgd = new LibTorchSgd(parameters, ImageWork.LEARNING_RATE, false);
    }

    @Override
    public void step() {
        try (var scope = new PointerScope()) {
            sgd.zeroGrad();
            loss(true).backward();
            sgd.step();
        }
    }

    @Override
    public void infer() {
        try (var scope = new PointerScope(); var mode = new InferenceMode()) {
            forward(false);
        }
    }

    @Override
    public double lossNow() {
        try (var scope = new PointerScope()) {
            return loss(true).item_float();
        }
    }

    @Override
    public double evaluatedLoss() {
        try (var scope = new PointerScope()) {
            return loss(false).item_float();
        }
    }

    private Tensor loss(boolean training) {
        return cross_entropy(forward(training), labels);
    }

    private Tensor forward(boolean training) {
        Walk walk = new Walk(training);
        return net == ImageWork.Net.CNN ? walk.cnn() : walk.resnet18();
    }

    /** One pass, which takes parameter after parameter. */
    private final class Walk {
        private final boolean training;
        private int next;

        Walk(boolean training) {
            this.training = training;
        }

        Tensor cnn() {
            Tensor x = pool(relu_(convolution(inputs)));
            x = pool(relu_(convolution(x))).flatten(1, -1);
            x = relu_(affine(x));
            x = relu_(affine(x));
            return affine(x);
        }

        Tensor resnet18() {
            Tensor x = relu_(normalized(inputs, ONE, ONE));
            for (int stage = 0; stage < ImageWork.STAGES; stage++) {
                for (int block = 0; block < ImageWork.BLOCKS; block++) {
                    boolean shrinks = stage > 0 && block == 0;
                    Tensor y = normalized(relu_(normalized(x, shrinks ? TWO : ONE, ONE)), ONE, ONE);
                    x = relu_(y.add_(shrinks ? normalized(x, TWO, NONE) : x));
                }
            }
            return affine(adaptive_avg_pool2d(x, ONE).flatten(1, -1));
        }

        private Tensor convolution(Tensor x) {
            next += 2;
            return conv2d(x, parameters[next - 2], optional[next - 1], ONE, NONE, ONE, 1);
        }

        private Tensor affine(Tensor x) {
            next += 2;
            return linear(x, parameters[next - 2], optional[next - 1]);
        }

        private Tensor normalized(Tensor x, long[] stride, long... padding) {
            next += 3;
            int scale = next - 2;
            Tensor y = conv2d(x, parameters[next - 3], absent, stride, padding, ONE, 1);
            return batch_norm(y, optional[scale], optional[next - 1], means[scale], variances[scale], training, ImageWork.AVERAGING, ImageWork.EPSILON, false);
        }

        private static Tensor pool(Tensor x) {
            return max_pool2d(x, TWO);
        }
    }

    /** The network of CnnStep. */
    @State(Scope.Thread)
    public static class Cnn extends PeerTrial {
        @Setup
        public void setUp(CnnBatch batch) {
            use(new LibTorchImages(batch.work(), false));
        }
    }

    /** The network of ResNet18Step. */
    @State(Scope.Thread)
    public static class ResNet18 extends PeerTrial {
        @Setup
        public void setUp() {
            use(new LibTorchImages(ImageWork.resnet18(ImageWork.STEP_BATCH), false));
        }
    }

    /** The same with channels last. */
    @State(Scope.Thread)
    public static class ResNet18ChannelsLast extends PeerTrial {
        @Setup
        public void setUp() {
            use(new LibTorchImages(ImageWork.resnet18(ImageWork.STEP_BATCH), true));
        }
    }

    /** The network of ResNet18Eval. */
    @State(Scope.Thread)
    public static class Eval extends PeerTrial {
        @Setup
        public void setUp(EvalBatch batch) {
            use(new LibTorchImages(batch.work(), false));
        }
    }

    /** The same with channels last. */
    @State(Scope.Thread)
    public static class EvalChannelsLast extends PeerTrial {
        @Setup
        public void setUp(EvalBatch batch) {
            use(new LibTorchImages(batch.work(), true));
        }
    }
}
