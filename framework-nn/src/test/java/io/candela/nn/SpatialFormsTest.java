package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Spatial layers print as in PyTorch, and have no state. */
class SpatialFormsTest {
    @TestFactory
    Stream<DynamicTest> asInPyTorch() {
        Map<String, Module> modules = new LinkedHashMap<>();
        pooling(modules);
        padding(modules);
        resampling(modules);
        Map<String, String> golden = GoldenText.blocks("spatialforms.txt");
        assertEquals(golden.keySet(), modules.keySet());
        return golden.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            assertEquals(e.getValue(), modules.get(e.getKey()).toString());
            assertEquals(0, modules.get(e.getKey()).stateDict().size());
        }));
    }

    private static void pooling(Map<String, Module> modules) {
        modules.put("MaxPool1d", new MaxPool1d(3));
        modules.put("MaxPool2d", new MaxPool2d(2));
        modules.put("MaxPool2d stride", new MaxPool2d(3, 2));
        modules.put("MaxPool2d with all", new MaxPool2d(new int[] {2, 3},
                MaxPool2d.options().withStride(1, 2).withPadding(0, 1).withDilation(2).withCeilMode(true)));
        modules.put("MaxPool3d", new MaxPool3d(2));
        modules.put("AvgPool1d", new AvgPool1d(2));
        modules.put("AvgPool2d", new AvgPool2d(new int[] {2}, AvgPool2d.options().withCountIncludePad(false)));
        modules.put("AvgPool2d with all", new AvgPool2d(new int[] {2, 1}, AvgPool2d.options().withPadding(1, 0).withDivisorOverride(3)));
        modules.put("AvgPool3d", new AvgPool3d(2, 1));
        modules.put("AdaptiveAvgPool1d", new AdaptiveAvgPool1d(4));
        modules.put("AdaptiveAvgPool2d", new AdaptiveAvgPool2d(1));
        modules.put("AdaptiveAvgPool2d sizes", new AdaptiveAvgPool2d(null, 3));
        modules.put("AdaptiveAvgPool3d", new AdaptiveAvgPool3d(1, 2, 3));
        modules.put("AdaptiveMaxPool1d", new AdaptiveMaxPool1d(2));
        modules.put("AdaptiveMaxPool2d", new AdaptiveMaxPool2d(2, 3));
        modules.put("AdaptiveMaxPool3d", new AdaptiveMaxPool3d(null, 1, null));
        modules.put("LPPool1d", new LPPool1d(1.5, new int[] {2}, null, true));
        modules.put("LPPool2d", new LPPool2d(2, 3));
        modules.put("LPPool3d", new LPPool3d(2, new int[] {1, 2, 3}, new int[] {2}, false));
        modules.put("FractionalMaxPool2d", new FractionalMaxPool2d(new int[] {2}, 3));
        modules.put("FractionalMaxPool3d", new FractionalMaxPool3d(new int[] {2}, 0.5));
        modules.put("MaxUnpool1d", new MaxUnpool1d(2));
        modules.put("MaxUnpool2d", new MaxUnpool2d(2));
        modules.put("MaxUnpool3d", new MaxUnpool3d(new int[] {1, 2, 2}, null, 1));
    }

    private static void padding(Map<String, Module> modules) {
        Module[] plain = {new ZeroPad1d(1), new ZeroPad2d(2), new ZeroPad3d(3), new ReflectionPad1d(1), new ReflectionPad2d(2), new ReflectionPad3d(3),
            new ReplicationPad1d(1), new ReplicationPad2d(2), new ReplicationPad3d(3), new CircularPad1d(1), new CircularPad2d(2), new CircularPad3d(3)};
        for (Module module : plain) {
            modules.put(module.typeName(), module);
        }
        modules.put("ReflectionPad2d sides", new ReflectionPad2d(1, 2, 3, 4));
        modules.put("ConstantPad1d", new ConstantPad1d(2, 3.5));
        modules.put("ConstantPad2d", new ConstantPad2d(new int[] {1, 2, 3, 4}, 0.5));
        modules.put("ConstantPad3d", new ConstantPad3d(1, -1));
    }

    private static void resampling(Map<String, Module> modules) {
        modules.put("Upsample", new Upsample(2));
        modules.put("Upsample sizes", new Upsample(Upsample.options().withSize(2, 3).withMode(InterpolateMode.BILINEAR).withAlignCorners(true)));
        modules.put("Upsample factors", new Upsample(Upsample.options().withScaleFactor(2, 1.5).withMode(InterpolateMode.NEAREST_EXACT)));
        modules.put("UpsamplingNearest2d", new UpsamplingNearest2d(2));
        modules.put("UpsamplingBilinear2d", UpsamplingBilinear2d.to(3));
        modules.put("PixelShuffle", new PixelShuffle(2));
        modules.put("PixelUnshuffle", new PixelUnshuffle(3));
        modules.put("ChannelShuffle", new ChannelShuffle(2));
        modules.put("Unfold", new Unfold(2));
        modules.put("Unfold with all", new Unfold(new int[] {2, 3}, new int[] {2}, new int[] {0, 1}, 2));
        modules.put("Fold", new Fold(new int[] {4, 5}, 2));
    }
}
