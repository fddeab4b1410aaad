package io.candela.nn.models;

import io.candela.nn.AdaptiveAvgPool2d;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv2d;
import io.candela.nn.Described;
import io.candela.nn.Dropout;
import io.candela.nn.Init;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.Module;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.tensor.Tensor;
import java.util.Map;

/**
 * Networks of Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (2014): {@code (n, 3, h, w)} to logits
 * {@code (n, classes)}, for images of 32x32 and more. Keys and start values are torchvision's.
 */
public final class Vgg extends Layer implements Described {
    private static final int POOL = 0;
    private static final int[] ELEVEN = {64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL};

    private final Sequential features = new Sequential();
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(7);
    private final Sequential classifier;
    private final int depth;
    private final boolean batchNorm;

    private Vgg(int depth, boolean batchNorm, int classes) {
        if (depth != 11) {
            throw new IllegalArgumentException("Vgg: depth must be 11, got " + depth);
        }
        this.depth = depth;
        this.batchNorm = batchNorm;
        int channels = 3;
        for (int width : ELEVEN) {
            if (width == POOL) {
                features.append(new MaxPool2d(2, 2));
                continue;
            }
            features.append(new Conv2d(channels, width, 3, Conv2d.options().withPadding(1)));
            if (batchNorm) {
                features.append(new BatchNorm2d(width));
            }
            features.append(new ReLU());
            channels = width;
        }
        register("features", features);
        register("avgpool", avgpool);
        classifier = register("classifier", new Sequential(new Linear(512 * 7 * 7, 4096), new ReLU(), new Dropout(), new Linear(4096, 4096), new ReLU(),
                new Dropout(), new Linear(4096, classes)));
        for (Module m : modules()) {
            if (m instanceof Conv2d conv) {
                Init.kaimingNormal(conv.weight(), 0, Init.FanMode.FAN_OUT, Init.Nonlinearity.RELU);
                Init.zeros(conv.bias());
            } else if (m instanceof Linear linear) {
                Init.normal(linear.weight(), 0, 0.01);
                Init.zeros(linear.bias());
            }
        }
    }

    /**
     * A network by its number of layers.
     *
     * @param depth     11
     * @param batchNorm whether there is batch normalization after every convolution
     * @throws IllegalArgumentException if there is no such network
     */
    public static Vgg of(int depth, boolean batchNorm, int classes) {
        return new Vgg(depth, batchNorm, classes);
    }

    /** 11 layers. */
    public static Vgg vgg11(int classes) {
        return of(11, false, classes);
    }

    /** 11 layers, with batch normalization after every convolution. */
    public static Vgg vgg11Bn(int classes) {
        return of(11, true, classes);
    }

    @Override
    public Map<String, ?> arguments() {
        return Map.of("depth", depth, "batch_norm", batchNorm, "classes", ((Linear) classifier.get(6)).weight().size(0));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = features.forward(x);
        return classifier.forward(spent(y, features, avgpool.forward(y)).flatten(1, -1));
    }
}
