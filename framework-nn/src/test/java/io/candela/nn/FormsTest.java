package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers and losses print, and name their state, as in PyTorch. */
class FormsTest {
    @TestFactory
    Stream<DynamicTest> asInPyTorch() {
        Map<String, Module> modules = new LinkedHashMap<>();
        layers(modules);
        activations(modules);
        losses(modules);
        Map<String, String> golden = GoldenText.blocks("forms.txt");
        assertEquals(golden.keySet(), modules.keySet());
        return golden.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Module module = modules.get(e.getKey());
            String keys = String.join(" ", module.stateDict().keySet());
            assertEquals(e.getValue(), module + "\n" + (keys.isEmpty() ? "no state" : keys));
        }));
    }

    private static void layers(Map<String, Module> modules) {
        modules.put("Bilinear", new Bilinear(2, 3, 4));
        modules.put("Bilinear without bias", new Bilinear(2, 3, 4, false));
        modules.put("Unflatten", new Unflatten(1, 2, -1));
        modules.put("Embedding", new Embedding(3, 4));
        modules.put("Embedding with all", new Embedding(3, 4,
                Embedding.options().withPaddingIdx(-1).withMaxNorm(1.5).withNormType(1).withScaleGradByFreq(true)));
        modules.put("EmbeddingBag", new EmbeddingBag(3, 4));
        modules.put("EmbeddingBag with all", new EmbeddingBag(3, 4, EmbeddingBag.options().withPaddingIdx(0).withMaxNorm(1.5).withNormType(1)
                .withScaleGradByFreq(true).withMode(EmbeddingBag.Mode.SUM).withIncludeLastOffset(true)));
        modules.put("LayerNorm", new LayerNorm(3));
        modules.put("LayerNorm plain", new LayerNorm(new int[] {2, 3}, 1e-5, false, true));
        modules.put("LayerNorm without bias", new LayerNorm(new int[] {3}, 1e-5, true, false));
        modules.put("RMSNorm", new RMSNorm(4));
        modules.put("RMSNorm plain", new RMSNorm(new int[] {2, 3}, 1e-6, false));
        norms(modules);
        modules.put("ParameterList", new ParameterList(Tensor.zeros(2, 3), Tensor.scalar(0.0).to(DType.FLOAT64)));
        modules.put("ParameterList of one", new ParameterList(Tensor.zeros(2)));
        modules.put("ParameterList empty", new ParameterList());
        modules.put("ParameterDict", new ParameterDict().put("b", Tensor.zeros(2, 3)).put("a", Tensor.zeros(DType.FLOAT64, 1)));
        modules.put("AlphaDropout", new AlphaDropout());
        modules.put("FeatureAlphaDropout", new FeatureAlphaDropout(0.2));
        modules.put("Dropout1d", new Dropout1d());
        modules.put("Dropout2d", new Dropout2d());
        modules.put("Dropout3d", new Dropout3d());
    }

    private static void norms(Map<String, Module> modules) {
        NormOptions batch = BatchNorm.options();
        NormOptions affine = InstanceNorm.options().withAffine(true);
        modules.put("BatchNorm1d", new BatchNorm1d(3));
        modules.put("BatchNorm2d", new BatchNorm2d(3, batch.withEps(1e-3).withMomentum(null).withAffine(false)));
        modules.put("BatchNorm3d", new BatchNorm3d(3, batch.withTrackRunningStats(false).withBias(false)));
        modules.put("InstanceNorm1d", new InstanceNorm1d(3));
        modules.put("InstanceNorm2d", new InstanceNorm2d(3, affine.withTrackRunningStats(true)));
        modules.put("InstanceNorm3d", new InstanceNorm3d(3, affine.withBias(false)));
        modules.put("GroupNorm", new GroupNorm(2, 4));
        modules.put("GroupNorm plain", new GroupNorm(1, 4, 1e-6, false, true));
        modules.put("GroupNorm without bias", new GroupNorm(2, 4, 1e-5, true, false));
        modules.put("LocalResponseNorm", new LocalResponseNorm(2));
        modules.put("LocalResponseNorm with all", new LocalResponseNorm(5, 1e-3, 0.5, 2));
    }

    private static void activations(Map<String, Module> modules) {
        Module[] plain = {new PReLU(), new ReLU6(), new LeakyReLU(), new RReLU(), new ELU(), new SELU(), new GELU(), new SiLU(), new Mish(), new Hardswish(),
            new Hardsigmoid(), new Hardtanh(), new Hardshrink(), new Softshrink(), new Softplus(), new Softsign(), new Softmax2d(), new LogSigmoid(),
            new GLU(), new Tanhshrink(), new CosineSimilarity(), new PairwiseDistance()};
        for (Module module : plain) {
            modules.put(module.typeName(), module);
        }
        modules.put("PReLU 3", new PReLU(3, 0.25));
        modules.put("CELU", new CELU(2));
        modules.put("GELU tanh", new GELU(GELU.Approximate.TANH));
        modules.put("Softmin", new Softmin(1));
        modules.put("Threshold", new Threshold(0.5, 2));
    }

    private static void losses(Map<String, Module> modules) {
        Tensor weight = Tensor.ones(2);
        modules.put("BCELoss", new BCELoss(BCELoss.options().withWeight(weight)));
        modules.put("BCEWithLogitsLoss", new BCEWithLogitsLoss(BCEWithLogitsLoss.options().withWeight(weight).withPosWeight(weight)));
        modules.put("MultiMarginLoss", new MultiMarginLoss(MultiMarginLoss.options().withWeight(weight)));
        modules.put("MultiLabelSoftMarginLoss", new MultiLabelSoftMarginLoss(MultiLabelSoftMarginLoss.options().withWeight(weight)));
        Module[] plain = {new L1Loss(), new SmoothL1Loss(), new HuberLoss(), new KLDivLoss(), new CTCLoss(), new PoissonNLLLoss(), new GaussianNLLLoss(),
            new TripletMarginLoss()};
        for (Module module : plain) {
            modules.put(module.typeName(), module);
        }
    }
}
