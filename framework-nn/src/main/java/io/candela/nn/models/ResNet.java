package io.candela.nn.models;

import io.candela.nn.AdaptiveAvgPool2d;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.ConvOptions;
import io.candela.nn.Described;
import io.candela.nn.Identity;
import io.candela.nn.Init;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.Module;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Residual networks of He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2015): {@code (n, 3, h, w)} to logits
 * {@code (n, classes)}. Keys and start values are torchvision's.
 *
 * <p>The stem for ImageNet is a convolution 7x7 with stride 2 and a max pooling, that for CIFAR's 32x32 a convolution 3x3.
 */
public final class ResNet extends Layer implements Described {
    /** How a network begins. */
    public enum Stem {
        /** For large images: they are made four times smaller. */ IMAGENET,
        /** For images of 32x32: they keep their size. */ CIFAR
    }

    private final int depth;
    private final Stem stem;
    private final Conv2d conv1;
    private final BatchNorm2d bn1 = new BatchNorm2d(64);
    private final ReLU relu = new ReLU();
    private final Layer maxpool;
    private final Sequential[] stages = new Sequential[4];
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1);
    private final Linear fc;

    private ResNet(int depth, int classes, Stem stem) {
        int[] blocks = blocks(depth);
        boolean bottlenecks = depth >= 50;
        this.depth = depth;
        this.stem = stem;
        boolean cifar = stem == Stem.CIFAR;
        conv1 = register("conv1", new Conv2d(3, 64, cifar ? 3 : 7, Conv2d.options().withStride(cifar ? 1 : 2).withPadding(cifar ? 1 : 3).withBias(false)));
        register("bn1", bn1);
        register("relu", relu);
        maxpool = register("maxpool", cifar ? new Identity() : new MaxPool2d(new int[] {3}, MaxPool2d.options().withStride(2).withPadding(1)));
        int channels = 64;
        for (int i = 0; i < stages.length; i++) {
            int width = 64 << i;
            Sequential stage = new Sequential();
            for (int b = 0; b < blocks[i]; b++) {
                int stride = b == 0 && i > 0 ? 2 : 1;
                stage.append(bottlenecks ? new Bottleneck(channels, width, stride) : new BasicBlock(channels, width, stride));
                channels = bottlenecks ? width * Bottleneck.EXPANSION : width;
            }
            stages[i] = register("layer" + (i + 1), stage);
        }
        register("avgpool", avgpool);
        fc = register("fc", new Linear(channels, classes));
        for (Module m : modules()) {
            if (m instanceof Conv2d conv) {
                Init.kaimingNormal(conv.weight(), 0, Init.FanMode.FAN_OUT, Init.Nonlinearity.RELU);
            }
        }
    }

    /** How many blocks each stage has. */
    private static int[] blocks(int depth) {
        return switch (depth) {
            case 18 -> new int[] {2, 2, 2, 2};
            case 34, 50 -> new int[] {3, 4, 6, 3};
            default -> throw new IllegalArgumentException("ResNet: depth must be 18, 34 or 50, got " + depth);
        };
    }

    /**
     * A network by its number of layers; from 50 on in blocks of three convolutions.
     *
     * @param depth 18, 34 or 50
     * @throws IllegalArgumentException if there is no such network
     */
    public static ResNet of(int depth, int classes, Stem stem) {
        return new ResNet(depth, classes, stem);
    }

    /** 18 layers, 1000 classes, for ImageNet. */
    public static ResNet resnet18() {
        return resnet18(1000, Stem.IMAGENET);
    }

    /** 18 layers. */
    public static ResNet resnet18(int classes, Stem stem) {
        return of(18, classes, stem);
    }

    /** 34 layers. */
    public static ResNet resnet34(int classes, Stem stem) {
        return of(34, classes, stem);
    }

    /** 50 layers, in blocks of three convolutions. */
    public static ResNet resnet50(int classes, Stem stem) {
        return of(50, classes, stem);
    }

    @Override
    public Map<String, ?> arguments() {
        return Map.of("depth", depth, "classes", fc.weight().size(0), "stem", stem.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor a = conv1.forward(x);
        Tensor b = spent(a, conv1, bn1.forward(a, relu));
        Tensor y = spent(b, relu, maxpool.forward(b));
        Layer maker = maxpool;
        for (Sequential stage : stages) {
            y = spent(y, maker, stage.forward(y));
            maker = stage;
        }
        return fc.forward(spent(y, maker, avgpool.forward(y)).flatten(1, -1));
    }

    static ConvOptions options(int kernel, int stride) {
        return Conv2d.options().withStride(stride).withPadding(kernel / 2).withBias(false);
    }

    /** What the input passes by a block: itself, or a convolution where sizes differ; null stands for itself. */
    static Sequential shortcut(int in, int out, int stride) {
        return in == out && stride == 1 ? null : new Sequential(new Conv2d(in, out, 1, options(1, stride)), new BatchNorm2d(out));
    }

    /** What comes of the input, as it passes by a block. */
    private static Tensor residual(Tensor x, Sequential downsample, UnaryOperator<Tensor> sum) {
        if (downsample == null) {
            return sum.apply(x);
        }
        Tensor shortcut = downsample.forward(x);
        return spent(shortcut, downsample, sum.apply(shortcut));
    }

    private static final class BasicBlock extends Layer {
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final ReLU relu = new ReLU();
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final Sequential downsample;

        BasicBlock(int in, int width, int stride) {
            conv1 = register("conv1", new Conv2d(in, width, 3, options(3, stride)));
            bn1 = register("bn1", new BatchNorm2d(width));
            register("relu", relu);
            conv2 = register("conv2", new Conv2d(width, width, 3, options(3, 1)));
            bn2 = register("bn2", new BatchNorm2d(width));
            downsample = shortcut(in, width, stride);
            if (downsample != null) {
                register("downsample", downsample);
            }
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor a = conv1.forward(x);
            Tensor y = spent(a, conv1, bn1.forward(a, relu));
            Tensor b = spent(y, relu, conv2.forward(y));
            return spent(b, conv2, residual(x, downsample, shortcut -> bn2.forward(b, shortcut, relu)));
        }

        @Override
        protected boolean keepsNothing() {
            return keepNothing(bn2, relu);
        }
    }

    private static final class Bottleneck extends Layer {
        static final int EXPANSION = 4;
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final Conv2d conv3;
        private final BatchNorm2d bn3;
        private final ReLU relu = new ReLU();
        private final Sequential downsample;

        Bottleneck(int in, int width, int stride) {
            conv1 = register("conv1", new Conv2d(in, width, 1, options(1, 1)));
            bn1 = register("bn1", new BatchNorm2d(width));
            conv2 = register("conv2", new Conv2d(width, width, 3, options(3, stride)));
            bn2 = register("bn2", new BatchNorm2d(width));
            conv3 = register("conv3", new Conv2d(width, width * EXPANSION, 1, options(1, 1)));
            bn3 = register("bn3", new BatchNorm2d(width * EXPANSION));
            register("relu", relu);
            downsample = shortcut(in, width * EXPANSION, stride);
            if (downsample != null) {
                register("downsample", downsample);
            }
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor a = conv1.forward(x);
            Tensor y = spent(a, conv1, bn1.forward(a, relu));
            Tensor b = spent(y, relu, conv2.forward(y));
            Tensor z = spent(b, conv2, bn2.forward(b, relu));
            Tensor c = spent(z, relu, conv3.forward(z));
            return spent(c, conv3, residual(x, downsample, shortcut -> bn3.forward(c, shortcut, relu)));
        }

        @Override
        protected boolean keepsNothing() {
            return keepNothing(bn3, relu);
        }
    }
}
