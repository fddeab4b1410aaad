package io.candela.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.nn.AdaptiveAvgPool2d;
import io.candela.nn.AdaptiveMaxPool2d;
import io.candela.nn.AvgPool1d;
import io.candela.nn.AvgPool2d;
import io.candela.nn.BatchNorm1d;
import io.candela.nn.BatchNorm2d;
import io.candela.nn.Conv1d;
import io.candela.nn.Conv2d;
import io.candela.nn.Conv3d;
import io.candela.nn.ConvOptions;
import io.candela.nn.ConvTranspose2d;
import io.candela.nn.F;
import io.candela.nn.GELU;
import io.candela.nn.GroupNorm;
import io.candela.nn.InstanceNorm2d;
import io.candela.nn.InterpolateMode;
import io.candela.nn.Layer;
import io.candela.nn.LayerNorm;
import io.candela.nn.LPPool2d;
import io.candela.nn.LocalResponseNorm;
import io.candela.nn.MaxPool2d;
import io.candela.nn.NormOptions;
import io.candela.nn.PReLU;
import io.candela.nn.PadMode;
import io.candela.nn.PixelShuffle;
import io.candela.nn.RMSNorm;
import io.candela.nn.ReLU;
import io.candela.nn.ReflectionPad2d;
import io.candela.nn.ReplicationPad3d;
import io.candela.nn.Sequential;
import io.candela.nn.Upsample;
import io.candela.nn.ZeroPad2d;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every kind of operation gives in ONNX Runtime what it gives here, at two batch sizes. */
class OnnxOpTest {
    /** A layer and the shape of one sample. */
    private record Case(Layer layer, int... sample) {}

    private final Map<String, Case> cases = new LinkedHashMap<>();

    private void add(String name, UnaryOperator<Tensor> function) {
        add(name, Onnx.layer(function), 4);
    }

    private void add(String name, Layer layer, int... sample) {
        cases.put(name, new Case(layer, sample));
    }

    private Map<String, Case> cases() {
        Tensor.manualSeed(2);
        Tensor row = Tensor.randn(4);
        elementwise(row);
        forms(row);
        layers();
        return cases;
    }

    private void elementwise(Tensor row) {
        add("neg", Tensor::neg);
        add("abs", Tensor::abs);
        add("sign", Tensor::sign);
        add("relu", Tensor::relu);
        add("floor", x -> x.mul(3).floor());
        add("ceil", x -> x.mul(3).ceil());
        add("round", x -> x.mul(3).round());
        add("exp", Tensor::exp);
        add("log", x -> x.abs().log());
        add("log1p", x -> x.abs().log1p());
        add("expm1", Tensor::expm1);
        add("sqrt", x -> x.abs().sqrt());
        add("rsqrt", x -> x.abs().rsqrt());
        add("square", Tensor::square);
        add("reciprocal", Tensor::reciprocal);
        add("sigmoid", Tensor::sigmoid);
        add("tanh", Tensor::tanh);
        add("sin", Tensor::sin);
        add("cos", Tensor::cos);
        add("tan", x -> x.mul(0.3).tan());
        add("asin", x -> x.tanh().asin());
        add("acos", x -> x.tanh().acos());
        add("atan", Tensor::atan);
        add("sinh", Tensor::sinh);
        add("cosh", Tensor::cosh);
        add("asinh", Tensor::asinh);
        add("acosh", x -> x.square().add(1).acosh());
        add("atanh", x -> x.tanh().mul(0.9).atanh());
        add("erf", Tensor::erf);
        add("erfc", Tensor::erfc);
        add("softplus", Tensor::softplus);
        add("add", x -> x.add(row).add(1.5).add(x, 0.5));
        add("sub", x -> x.sub(row).sub(1.5));
        add("rsub", x -> x.rsub(2.5));
        add("mul", x -> x.mul(row).mul(1.5));
        add("div", x -> x.div(row.abs().add(1)).div(1.5));
        add("rdiv", x -> x.square().add(1).rdiv(2));
        add("pow", x -> x.abs().pow(row).pow(1.5).pow(3));
        add("rpow", x -> Tensor.scalar(2f).pow(x));
        add("maximum", x -> x.maximum(row));
        add("minimum", x -> x.minimum(row));
        add("clamp", x -> x.clamp(-0.5, 0.25).add(x.clamp(0, Double.POSITIVE_INFINITY)));
        add("eq", x -> x.round().eq(0).logicalNot());
        add("ne", x -> x.round().ne(row.round()));
        add("lt", x -> x.lt(row));
        add("le", x -> x.le(0.5));
        add("gt", x -> x.gt(row));
        add("ge", x -> x.ge(0.5));
        add("and", x -> x.gt(0).logicalAnd(row.gt(0)));
        add("or", x -> x.gt(0).logicalOr(row.gt(0)));
        add("xor", x -> x.gt(0).logicalXor(row.gt(0)));
        add("where", x -> x.where(x.gt(0), row).maskedFill(x.lt(-1), 7));
        add("log2", x -> x.abs().log2());
        add("log10", x -> x.abs().log10());
        add("exp2", Tensor::exp2);
        add("trunc", x -> x.mul(3).trunc());
        add("logit", x -> x.sigmoid().logit());
        add("fmod", x -> x.mul(3).fmod(0.7).add(x.fmod(row)));
        add("remainder", x -> x.mul(3).remainder(0.7).add(x.remainder(row)));
        add("remainder of integers", x -> x.mul(9).to(DType.INT64).remainder(4));
        add("hypot", x -> x.hypot(row));
        add("logaddexp", x -> x.logaddexp(row));
        add("addcmul", x -> x.addcmul(x, row, 0.5));
        add("addcdiv", x -> x.addcdiv(x, row.abs().add(1), 0.5));
        add("clamp by tensors", x -> x.clamp(row.abs().neg(), row.abs()).add(x.clamp(null, row)));
        add("to", x -> x.mul(5).to(DType.INT64).add(1).mul(0.5));
        add("clone", Tensor::clone);
        add("in place", x -> {
            Tensor y = x.mul(2);
            Tensor z = y.exp();
            return y.addInPlace(row).reluInPlace().mul(z);
        });
        add("detach", x -> x.exp().detach().add(1));
    }

    private void forms(Tensor row) {
        add("matmul", Onnx.layer(x -> x.matmul(x.mT()).matmul(Tensor.ones(3, 2))), 3, 4);
        add("linear", Onnx.layer(x -> F.linear(x, Tensor.ones(2, 4), null)), 3, 4);
        add("reshape", Onnx.layer(x -> x.reshape(x.size(0), 2, 6).unsqueeze(1).reshape(-1, 4)), 3, 4);
        add("flatten", Onnx.layer(Tensor::flatten), 3, 4);
        add("expand", Onnx.layer(x -> x.unsqueeze(1).expand(x.size(0), 2, 3, 4).mul(row.expand(x.size(0), 1, 3, 4))), 3, 4);
        add("permute", Onnx.layer(x -> x.permute(2, 0, 1).transpose(0, 2)), 3, 4);
        add("slice", Onnx.layer(x -> Tensor.cat(1, x.slice(1, 1, 3), x.slice(2, 0, 4, 2).expand(x.size(0), 3, 2).repeat(1, 1, 2), x.get(0)
                .expand(x.size(0), 3, 4), x.get(-1).expand(x.size(0), 3, 4), x.slice(0, 0, x.size(0)))), 3, 4);
        add("flip", Onnx.layer(x -> x.flip(0, 2)), 3, 4);
        add("cat", Onnx.layer(x -> Tensor.cat(-1, x, x.mul(2), Tensor.zeros(x.size(0), 3, 1))), 3, 4);
        add("stack", Onnx.layer(x -> Tensor.stack(1, x, x.neg())), 3, 4);
        add("zeros in the batch's size", Onnx.layer(x -> x.add(Tensor.ones(x.size(0), 4))), 4);
        add("indexSelect", Onnx.layer(x -> x.indexSelect(1, Tensor.of(new long[] {2, 0}))), 3, 4);
        add("gather", Onnx.layer(x -> x.gather(1, x.argmax(1, true))), 4);
        add("sum", Onnx.layer(x -> x.sum(true, 1).add(x.sum(2).unsqueeze(1).sum())), 3, 4);
        add("mean", Onnx.layer(x -> x.mean(1, 2).add(x.mean())), 3, 4);
        add("prod", Onnx.layer(x -> x.prod(1, false)), 3, 4);
        add("amax", Onnx.layer(x -> x.amax(false, 1)), 3, 4);
        add("amin", Onnx.layer(x -> x.amin(false, -1)), 3, 4);
        add("var", Onnx.layer(x -> x.var(1, true, 1, 2).add(x.var(0, true, 2))), 3, 4);
        add("std", Onnx.layer(x -> x.std(1, false, 1)), 3, 4);
        add("norm", Onnx.layer(x -> x.norm(true, 1).add(x.norm(1, true, -1)).add(x.norm(3, true, 1))
                .add(x.norm(Double.POSITIVE_INFINITY, true, 1, 2)).add(x.norm())), 3, 4);
        add("any", Onnx.layer(x -> x.gt(1).any(1, false)), 3, 4);
        add("all", Onnx.layer(x -> x.gt(-1).all(-1, true)), 3, 4);
        add("cumsum", Onnx.layer(x -> x.cumsum(1).add(x.cumsum(-1))), 3, 4);
        add("sort", Onnx.layer(x -> x.sort(1, true).values().add(x.sort(0, false).values())), 3, 4);
        add("argsort", Onnx.layer(x -> x.round().argsort(1, false)), 3, 4);
        add("topk", Onnx.layer(x -> x.topk(2, 1).values().add(x.topk(2, 1, false).indices())), 3, 4);
        add("median", Onnx.layer(x -> x.sort(-1, false).values().get(0)), 3, 4);
        add("normalize", Onnx.layer(x -> F.normalize(x, 2, 1, 1e-12)), 3, 4);
        add("cosineSimilarity", x -> F.cosineSimilarity(x, row.expandAs(x), 1, 1e-8));
        add("argmax", x -> x.argmax(1));
        add("argmin", x -> x.argmin(1));
        add("logSumExp", Onnx.layer(x -> x.logSumExp(true, 1)), 3, 4);
        add("softmax", Onnx.layer(x -> x.softmax(1)), 3, 4);
        add("logSoftmax", Onnx.layer(x -> x.logSoftmax(-1)), 3, 4);
        add("pad", new ZeroPad2d(1, 2, 0, 3), 2, 3, 4);
        add("mirror", new ReflectionPad2d(1), 2, 3, 4);
        add("F.pad reflect", Onnx.layer(x -> F.pad(x, new int[] {1, 2}, PadMode.REFLECT, 0)), 3, 4);
        add("F.pad replicate", Onnx.layer(x -> F.pad(x, new int[] {1, 2, 3, 0}, PadMode.REPLICATE, 0)), 2, 3, 4);
        add("F.pad circular", Onnx.layer(x -> F.pad(x, new int[] {1, 2, 0, 1}, PadMode.CIRCULAR, 0)), 2, 3, 4);
        add("F.pad constant, and cropped", Onnx.layer(x -> F.pad(x, new int[] {-1, 2}, PadMode.CONSTANT, 1.5)), 3, 4);
        add("replicated in three dimensions", new ReplicationPad3d(1), 2, 3, 3, 3);
        add("upsampled cubically", new Upsample(Upsample.options().withScaleFactor(2).withMode(InterpolateMode.BICUBIC)), 2, 4, 4);
        add("upsampled", new Upsample(Upsample.options().withScaleFactor(2).withMode(InterpolateMode.BILINEAR)), 2, 3, 4);
        add("pixelShuffle", new PixelShuffle(2), 4, 3, 3);
    }

    private void layers() {
        add("conv1d", new Conv1d(4, 6, 3, Conv1d.options().withGroups(2).withPadding("same")), 4, 9);
        add("conv2d", new Conv2d(4, 6, 3, Conv2d.options().withStride(2).withPadding(1).withDilation(2)), 4, 9, 8);
        add("conv2d without bias, circular", new Conv2d(4, 6, 3, Conv2d.options().withBias(false).withPadding(1)
                .withPaddingMode(ConvOptions.PaddingMode.CIRCULAR)), 4, 9, 8);
        add("conv3d", new Conv3d(2, 3, 2), 2, 4, 4, 4);
        add("convTranspose2d", new ConvTranspose2d(4, 6, 3, Conv2d.options().withStride(2).withPadding(1).withOutputPadding(1).withGroups(2)), 4, 5, 4);
        add("maxPool2d", new MaxPool2d(new int[] {3}, MaxPool2d.options().withStride(2).withPadding(1).withCeilMode(true)), 2, 8, 9);
        add("avgPool1d", new AvgPool1d(3, 2), 2, 9);
        add("avgPool2d", new AvgPool2d(new int[] {3}, AvgPool2d.options().withPadding(1)), 2, 9, 9);
        add("avgPool2d of the inside", new AvgPool2d(new int[] {3}, AvgPool2d.options().withPadding(1).withCountIncludePad(false)), 2, 9, 9);
        add("avgPool2d with another divisor", new AvgPool2d(new int[] {3}, AvgPool2d.options().withPadding(1).withDivisorOverride(5)), 2, 9, 9);
        add("adaptiveAvgPool2d of uneven windows", new AdaptiveAvgPool2d(3, 7), 3, 7, 5);
        add("adaptiveMaxPool2d", new AdaptiveMaxPool2d(2), 3, 8, 4);
        add("lpPool2d", new LPPool2d(2, 2), 3, 8, 8);
        add("localResponseNorm", new LocalResponseNorm(3), 6, 4, 4);
        add("adaptiveAvgPool2d", new AdaptiveAvgPool2d(1), 3, 7, 5);
        add("batchNorm1d", new BatchNorm1d(4), 4);
        add("batchNorm2d", new BatchNorm2d(4, new NormOptions(1e-3, 0.1, true, false, true)), 4, 3, 3);
        add("batchNorm2d with ReLU", new Sequential(new BatchNorm2d(4), new ReLU()), 4, 3, 3);
        BatchNorm1d norm = new BatchNorm1d(4);
        norm.eval();
        ReLU relu = new ReLU();
        add("batchNorm1d with a residual", x -> norm.forward(x, x.square(), relu));
        add("groupNorm", new GroupNorm(2, 4), 4, 5);
        add("instanceNorm2d", new InstanceNorm2d(3, InstanceNorm2d.options().withAffine(true)), 3, 4, 4);
        add("layerNorm", new LayerNorm(3, 4), 2, 3, 4);
        add("rmsNorm", new RMSNorm(4), 3, 4);
        add("prelu", new PReLU(3, 0.1), 3, 4);
        add("leakyRelu", x -> F.leakyRelu(x, 0.2));
        add("elu", x -> F.elu(x, 2));
        add("hardsigmoid", x -> F.hardsigmoid(x.mul(3)));
        add("hardswish", x -> F.hardswish(x.mul(3)));
        add("silu", F::silu);
        add("mish", F::mish);
        add("logSigmoid", F::logSigmoid);
        add("gelu", F::gelu);
        add("geluTanh", x -> F.gelu(x, GELU.Approximate.TANH));
        add("celu and selu", x -> F.celu(x, 2).add(F.selu(x)));
        add("glu", F::glu);
    }

    /** What ONNX writes in another way in newer versions, and something of everything else. */
    @TestFactory
    Stream<DynamicTest> otherOpsets() {
        Set<String> chosen = Set.of("mean", "prod", "amax", "norm", "var", "any", "argmax", "topk", "layerNorm", "groupNorm", "pad", "avgPool2d", "slice",
                "conv2d", "upsampled", "hardswish", "gelu");
        return IntStream.rangeClosed(18, 22).boxed().flatMap(opset -> cases().entrySet().stream().filter(entry -> chosen.contains(entry.getKey()))
                .map(entry -> DynamicTest.dynamicTest(entry.getKey() + ", " + opset, () -> Onnx.check(entry.getValue().layer,
                        OnnxExport.options().withOpset(opset), batch(3, entry.getValue().sample), batch(5, entry.getValue().sample)))));
    }

    @TestFactory
    Stream<DynamicTest> everyKind() {
        return cases().entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
            Case c = entry.getValue();
            Onnx.check(c.layer, batch(3, c.sample), batch(5, c.sample), batch(1, c.sample));
        }));
    }

    private static Tensor batch(int n, int... sample) {
        int[] shape = new int[sample.length + 1];
        shape[0] = n;
        System.arraycopy(sample, 0, shape, 1, sample.length);
        return Tensor.randn(shape);
    }

    @Test
    void everyKindHasACase() {
        Set<String> missing = new TreeSet<>(OnnxOps.kinds());
        missing.removeAll(cases().keySet());
        assertEquals(Set.of(), missing);
    }
}
