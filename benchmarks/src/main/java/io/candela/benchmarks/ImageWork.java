package io.candela.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A convolutional network for images of 3x32x32 in ten classes, trained by {@code SGD} on cross entropy, with one batch. Its numbers are the same in every peer
 * and in the Python twin.
 *
 * @param parameters in PyTorch's order
 */
public record ImageWork(Net net, int batch, List<Parameter> parameters) {
    /** Which network. */
    public enum Net {
        /** That of PyTorch's CIFAR-10 tutorial: {@link io.candela.nn.models.TutorialCnn}. */ CNN,
        /** {@link io.candela.nn.models.ResNet} of 18 layers with the stem for CIFAR. */ RESNET18
    }

    /** What a parameter is for; scale and shift belong to a batch normalization. */
    public enum Kind { WEIGHT, BIAS, SCALE, SHIFT }

    /** A parameter's shape; {@code fanIn} is that of the weight to which it belongs. */
    public record Parameter(Kind kind, int fanIn, int... shape) {
        int numel() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }
    }

    /** Images that {@link ResNet18Step} trains on. */
    public static final int STEP_BATCH = 16;
    public static final int CHANNELS = 3;
    /** Height and width. */
    public static final int SIZE = 32;
    public static final int CLASSES = 10;
    public static final double LEARNING_RATE = 0.01;
    public static final double MOMENTUM = 0.9;
    /** Of batch normalization. */
    public static final double EPSILON = 1e-5;
    /** Share of the last batch in running statistics. */
    public static final double AVERAGING = 0.1;
    /** Channels of the residual network's first stage. */
    public static final int WIDTH = 64;
    /** Stages of the residual network, each with twice the channels of the one before. */
    public static final int STAGES = 4;
    /** Residual blocks in each stage. */
    public static final int BLOCKS = 2;

    public static ImageWork cnn(int batch) {
        List<Parameter> parameters = new ArrayList<>();
        for (int[] weight : new int[][] {{6, CHANNELS, 5, 5}, {16, 6, 5, 5}, {120, 400}, {84, 120}, {CLASSES, 84}}) {
            affine(parameters, weight);
        }
        return new ImageWork(Net.CNN, batch, parameters);
    }

    public static ImageWork resnet18(int batch) {
        List<Parameter> parameters = new ArrayList<>();
        normalized(parameters, WIDTH, CHANNELS, 3);
        int channels = WIDTH;
        for (int stage = 0; stage < STAGES; stage++) {
            int width = WIDTH << stage;
            for (int block = 0; block < BLOCKS; block++) {
                normalized(parameters, width, channels, 3);
                normalized(parameters, width, width, 3);
                if (channels != width) {
                    normalized(parameters, width, channels, 1);
                }
                channels = width;
            }
        }
        affine(parameters, CLASSES, channels);
        return new ImageWork(Net.RESNET18, batch, parameters);
    }

    private static void affine(List<Parameter> parameters, int... weight) {
        int fanIn = fanIn(weight);
        parameters.add(new Parameter(Kind.WEIGHT, fanIn, weight));
        parameters.add(new Parameter(Kind.BIAS, fanIn, weight[0]));
    }

    private static void normalized(List<Parameter> parameters, int out, int in, int kernel) {
        int fanIn = fanIn(out, in, kernel, kernel);
        parameters.add(new Parameter(Kind.WEIGHT, fanIn, out, in, kernel, kernel));
        parameters.add(new Parameter(Kind.SCALE, fanIn, out));
        parameters.add(new Parameter(Kind.SHIFT, fanIn, out));
    }

    private static int fanIn(int... weight) {
        return Arrays.stream(weight).skip(1).reduce(1, (a, b) -> a * b);
    }

    /** Shape {@code (batch, channels, size, size)}. */
    public float[] inputs() {
        return Workload.inputs(batch, CHANNELS * SIZE * SIZE);
    }

    public int[] labels() {
        return Workload.labels(batch, CLASSES);
    }

    /** Start values of parameter {@code i}: those of PyTorch's ranges; scales are about 1 and shifts about 0. */
    public float[] parameter(int i) {
        Parameter parameter = parameters.get(i);
        boolean affine = parameter.kind == Kind.WEIGHT || parameter.kind == Kind.BIAS;
        float[] values = Workload.numbers(parameter.numel(), 2 + i, affine ? 1 / Math.sqrt(parameter.fanIn) : 0.1);
        for (int j = 0; j < values.length && parameter.kind == Kind.SCALE; j++) {
            values[j] += 1;
        }
        return values;
    }
}
