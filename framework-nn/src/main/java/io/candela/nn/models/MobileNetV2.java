package io.candela.nn.models;

import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.Described;
import io.candela.nn.Dropout;
import io.candela.nn.Init;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.Module;
import io.candela.nn.ReLU6;
import io.candela.nn.Sequential;
import io.candela.tensor.Tensor;
import java.util.Map;

/**
 * The network of Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: inverted residuals and linear bottlenecks" (2018), of width 1:
 * {@code (n, 3, h, w)} to logits {@code (n, classes)}. Keys and start values are torchvision's.
 */
public final class MobileNetV2 extends Layer implements Described {
    /** Per stage: how much wider a block is inside, its channels, how many blocks, and the first one's stride. */
    private static final int[][] STAGES = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    private static final int FIRST = 32;
    private static final int LAST = 1280;

    private final Sequential features;
    private final Sequential classifier;

    /** With 1000 classes. */
    public MobileNetV2() {
        this(1000);
    }

    /** With another number of classes. */
    public MobileNetV2(int classes) {
        features = new Sequential(normalized(3, FIRST, 3, 2, 1));
        int channels = FIRST;
        for (int[] stage : STAGES) {
            for (int i = 0; i < stage[2]; i++) {
                features.append(new InvertedResidual(channels, stage[1], i == 0 ? stage[3] : 1, stage[0]));
                channels = stage[1];
            }
        }
        features.append(normalized(channels, LAST, 1, 1, 1));
        register("features", features);
        classifier = register("classifier", new Sequential(new Dropout(0.2), new Linear(LAST, classes)));
        for (Module m : modules()) {
            if (m instanceof Conv2d conv) {
                Init.kaimingNormal(conv.weight(), 0, Init.FanMode.FAN_OUT, Init.Nonlinearity.LEAKY_RELU);
            } else if (m instanceof Linear linear) {
                Init.normal(linear.weight(), 0, 0.01);
                Init.zeros(linear.bias());
            }
        }
    }

    private static Sequential normalized(int in, int out, int kernel, int stride, int groups) {
        return new Sequential(convolution(in, out, kernel, stride, groups), new BatchNorm2d(out), new ReLU6());
    }

    private static Conv2d convolution(int in, int out, int kernel, int stride, int groups) {
        return new Conv2d(in, out, kernel, Conv2d.options().withStride(stride).withPadding(kernel / 2).withGroups(groups).withBias(false));
    }

    @Override
    public Map<String, ?> arguments() {
        return Map.of("classes", ((Linear) classifier.get(1)).weight().size(0));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = features.forward(x);
        return classifier.forward(spent(y, features, y.mean(2, 3)));
    }

    private static final class InvertedResidual extends Layer {
        private final boolean residual;
        private final Sequential conv = new Sequential();

        InvertedResidual(int in, int out, int stride, int expansion) {
            residual = stride == 1 && in == out;
            int inside = in * expansion;
            if (expansion != 1) {
                conv.append(normalized(in, inside, 1, 1, 1));
            }
            conv.append(normalized(inside, inside, 3, stride, inside));
            conv.append(convolution(inside, out, 1, 1, 1));
            conv.append(new BatchNorm2d(out));
            register("conv", conv);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = conv.forward(x);
            return residual ? y.addInPlace(x) : y;
        }

        @Override
        protected boolean keepsNothing() {
            return keepNothing(conv);
        }
    }
}
