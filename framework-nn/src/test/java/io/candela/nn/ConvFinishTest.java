package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.backend.cpu.CpuBackend;
import io.candela.nn.models.MobileNetV2;
import io.candela.nn.models.ResNet;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.ResourceLock;

/** In evaluation a convolution runs with the normalization, the residual and the activation behind it: as the layers one by one, in every bit. */
@ResourceLock("the default generator")
class ConvFinishTest {
    /** Images, channels, height, width, filters: few and many images, one image in bands and in slices of filters, pairs, large images. */
    private static final int[][] SIZES = {{5, 8, 9, 7, 16}, {1, 8, 33, 31, 16}, {1, 96, 4, 4, 192}, {7, 3, 12, 12, 6}, {9, 4, 80, 80, 24}, {3, 3, 130, 120, 40}};

    private static Tensor withSpecials(int... sizes) {
        Tensor x = Tensor.randn(sizes);
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e30, -1e30};
        Tensor flat = x.view(x.numel());
        for (int i = 0; i < special.length; i++) {
            flat.narrow(0, i * 7 % x.numel(), 1).fillInPlace(special[i]);
        }
        return x;
    }

    private static BatchNorm2d norm(int features, boolean affine) {
        BatchNorm2d norm = new BatchNorm2d(features, BatchNorm.options().withAffine(affine));
        norm.runningMean().normalInPlace(0, 1);
        norm.runningVar().uniformInPlace(0.5, 2);
        if (affine) {
            norm.weight().detach().uniformInPlace(-1.5, 1.5);
            norm.bias().detach().normalInPlace(0, 1);
        }
        norm.eval();
        return norm;
    }

    private static Tensor oneByOne(Tensor x, Layer... layers) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y);
        }
        return y;
    }

    @TestFactory
    Stream<DynamicTest> everyBitIsTheSame() {
        return Arrays.stream(SIZES).map(s -> DynamicTest.dynamicTest(Arrays.toString(s), () -> {
            Tensor.manualSeed(s[1]);
            Conv2d conv = new Conv2d(s[1], s[4], 3, Conv2d.options().withPadding(1).withBias(s[0] != 5));
            List<Layer[]> chains = new ArrayList<>();
            for (Layer activation : new Layer[] {new ReLU(), new ReLU6(), null}) {
                for (BatchNorm2d norm : new BatchNorm2d[] {norm(s[4], true), norm(s[4], false), null}) {
                    chains.add(Stream.of(conv, norm, activation).filter(l -> l != null).toArray(Layer[]::new));
                }
            }
            for (Tensor x : new Tensor[] {Tensor.randn(s[0], s[1], s[2], s[3]), withSpecials(s[0], s[1], s[2], s[3]).contiguous(MemoryFormat.CHANNELS_LAST)}) {
                Autograd.noGrad(() -> {
                    for (Layer[] chain : chains) {
                        Close.assertExact(Arrays.toString(chain), oneByOne(x, chain), new Sequential(chain).eval().forward(x));
                    }
                    BatchNorm2d norm = norm(s[4], true);
                    for (Tensor residual : new Tensor[] {withSpecials(s[0], s[4], s[2], s[3]), Tensor.randn(s[4], 1, 1)}) {
                        Tensor expected = norm.forward(conv.forward(x)).add(residual).relu();
                        Close.assertExact("residual", expected, conv.forward(x, null, norm, residual, new ReLU()));
                    }
                    Close.assertExact("no residual", norm.forward(conv.forward(x)).relu(), conv.forward(x, norm, new ReLU()));
                });
            }
        }));
    }

    @Test
    void nanStaysNan() {
        Conv2d conv = new Conv2d(1, 1, 1);
        Autograd.noGrad(() -> {
            conv.weight().fillInPlace(1);
            conv.bias().fillInPlace(0);
        });
        Tensor x = Tensor.of(new double[] {Double.NaN, -1, 2, 7, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}, 1, 1, 2, 3).to(DType.FLOAT32);
        Assertions.assertArrayEquals(new float[] {Float.NaN, 0, 2, 7, Float.POSITIVE_INFINITY, 0},
                Autograd.noGrad(() -> new Sequential(conv, new ReLU()).forward(x)).toFloatArray());
        Assertions.assertArrayEquals(new float[] {Float.NaN, 0, 2, 6, 6, 0}, Autograd.noGrad(() -> new Sequential(conv, new ReLU6()).forward(x)).toFloatArray());
    }

    @Test
    void modelsOneByOneAndOnSeveralThreads() {
        Tensor.manualSeed(3);
        Tensor x = Tensor.randn(3, 3, 32, 32);
        int threads = CpuBackend.threads();
        for (Layer model : new Layer[] {ResNet.resnet18(10, ResNet.Stem.CIFAR), ResNet.resnet50(10, ResNet.Stem.CIFAR), new MobileNetV2(10)}) {
            model.eval();
            Tensor expected = model.forward(x).detach(); // with a graph each layer runs by itself
            for (int count : new int[] {1, 2, 3}) {
                try {
                    CpuBackend.setThreads(count);
                    Tensor found = Autograd.noGrad(() -> model.forward(x));
                    Close.assertCloseValues(model.getClass(), expected, found, 1e-5);
                } finally {
                    CpuBackend.setThreads(threads);
                }
            }
        }
    }

    @Test
    void otherTypesTrainingAndHooksRunTheLayers() {
        Tensor.manualSeed(4);
        Conv2d conv = new Conv2d(3, 4, 3);
        BatchNorm2d norm = norm(4, true);
        Sequential model = new Sequential(conv, norm, new ReLU());
        Tensor x = Tensor.randn(2, 3, 8, 8);
        Autograd.noGrad(() -> {
            Tensor plain = model.forward(x);
            int[] calls = {0};
            HookHandle handle = norm.registerForwardHook((layer, in, out) -> {
                calls[0]++;
                return null;
            });
            Close.assertExact("hooked", plain, model.forward(x));
            Close.assertExact("hooked", plain, conv.forward(x, norm, new ReLU()));
            assertEquals(2, calls[0]);
            handle.remove();
            norm.train();
            model.forward(x);
            assertEquals(1, norm.numBatchesTracked().item(), "statistics of the batch");
            norm.eval();
            Close.assertExact("one image without a batch", conv.forward(x.select(0, 0)).relu(), new Sequential(conv, new ReLU()).forward(x.select(0, 0)));
            for (DType dtype : new DType[] {DType.FLOAT64, DType.BFLOAT16}) {
                model.to(dtype);
                Tensor y = x.to(dtype);
                Close.assertExact(dtype, oneByOne(y, conv, norm, new ReLU()), model.forward(y));
            }
        });
        Sequential wrong = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(5), new ReLU());
        wrong.eval();
        Assertions.assertThrows(ShapeException.class, () -> Autograd.noGrad(() -> wrong.forward(x)));
    }
}
