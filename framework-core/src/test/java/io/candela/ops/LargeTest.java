package io.candela.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.GradCheck;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Work on both sides of the sizes at which kernels change: float32 against float64, whose kernels differ, in every arrangement in memory. */
class LargeTest {
    private final List<DynamicTest> tests = new ArrayList<>();
    private final Generator generator = new Generator().manualSeed(7);

    private Tensor random(int... shape) {
        return Tensor.empty(Shape.of(shape), DType.FLOAT32, io.candela.tensor.Device.CPU).uniformInPlace(-1, 1, generator);
    }

    /** Results and gradients in float32 must be those in float64 up to {@code tolerance}. */
    private void agree(String name, double tolerance, Function<Tensor[], Tensor> f, Tensor... operands) {
        tests.add(DynamicTest.dynamicTest(name, () -> {
            List<Tensor> values = List.of(operands);
            Tensor[] wide = GradCheck.leaves(values.stream().map(x -> x.to(DType.FLOAT64)).toList());
            Tensor expected = f.apply(wide);
            Tensor upstream = GradCheck.upstream(expected, 0);
            if (expected.requiresGrad()) {
                expected.backward(upstream);
            }
            OpContract.arrangements().forEach((arrangement, arrange) -> {
                for (boolean all : new boolean[] {true, false}) {
                    Tensor[] narrow = values.stream().map(Tensor::clone).toArray(Tensor[]::new);
                    for (int i = 0; i < narrow.length; i++) {
                        narrow[i] = (all || i == 0 ? arrange.apply(values.get(i)) : values.get(i).clone()).detach().setRequiresGrad(true);
                    }
                    String what = name + ", " + (all ? "all operands " : "first operand ") + arrangement;
                    Tensor result = f.apply(narrow);
                    Close.assertCloseValues(what, expected.detach(), result.detach(), tolerance);
                    if (!result.requiresGrad()) {
                        continue;
                    }
                    result.backward(all ? upstream.to(result.dtype()) : arrange.apply(upstream.to(result.dtype())));
                    for (int i = 0; i < narrow.length; i++) {
                        Close.assertCloseValues(what + ": gradient " + i, wide[i].grad(), narrow[i].grad(), tolerance * 4);
                    }
                }
            });
        }));
    }

    @TestFactory
    Stream<DynamicTest> products() {
        int[][] sizes = {{20, 20, 20}, {21, 20, 20}, {16, 32, 16}, {1, 1000, 1000}, {1000, 1000, 1}, {257, 129, 65}, {3, 5000, 7}, {1, 20_000, 1},
            {128, 784, 256}, {300, 2, 300}, {5, 4, 2000}};
        for (int[] s : sizes) {
            double tolerance = 1e-6 * Math.sqrt(s[1]) + 2e-5;
            String name = s[0] + " x " + s[1] + " x " + s[2];
            agree("matmul " + name, tolerance, x -> x[0].matmul(x[1]), random(s[0], s[1]), random(s[1], s[2]));
            agree("linear " + name, tolerance, x -> Linear.apply(x[0], x[1], x[2]), random(s[0], s[1]), random(s[2], s[1]), random(s[2]));
        }
        agree("stacks", 1e-5, x -> x[0].matmul(x[1]), random(5, 30, 40), random(5, 40, 20));
        agree("stacks, left one stretched", 1e-5, x -> x[0].matmul(x[1]), random(1, 30, 40), random(5, 40, 20));
        agree("stacks, right one stretched", 1e-5, x -> x[0].matmul(x[1]), random(2, 3, 30, 40), random(3, 40, 20));
        agree("stack by matrix", 1e-5, x -> x[0].matmul(x[1]), random(4, 30, 40), random(40, 20));
        agree("vector by stack", 1e-5, x -> x[0].matmul(x[1]), random(200), random(3, 200, 100));
        agree("linear without bias, three dimensions", 1e-5, x -> Linear.apply(x[0], x[1], null), random(4, 50, 60), random(70, 60));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> reductions() {
        for (int[] s : new int[][] {{200_003}, {1000, 300}, {300, 1000}, {64, 1025}, {1, 20_001}, {20_001, 1}, {33, 64, 65}}) {
            String name = " of " + Shape.of(s);
            Tensor x = random(s);
            int last = s.length - 1;
            agree("sum" + name, 1e-5, a -> a[0].sum(), x);
            agree("mean" + name, 1e-5, a -> a[0].mean(), x);
            agree("norm" + name, 1e-5, a -> a[0].norm(), x);
            agree("max" + name, 0, a -> a[0].max(), x);
            for (int d = 0; d <= last; d += Math.max(1, last)) {
                int dim = d;
                String along = name + " along " + d;
                agree("sum" + along, 1e-5, a -> a[0].sum(dim), x);
                agree("mean" + along, 1e-5, a -> a[0].mean(true, dim), x);
                agree("var" + along, 1e-4, a -> a[0].var(0, false, dim), x);
                agree("amin" + along, 0, a -> a[0].amin(false, dim), x);
                agree("max" + along, 0, a -> a[0].max(dim).values(), x);
                agree("argmax" + along, 0, a -> a[0].argmax(dim), x);
                agree("cumsum" + along, 1e-4, a -> a[0].cumsum(dim), x);
                agree("softmax" + along, 1e-5, a -> a[0].mul(5.0).softmax(dim), x);
                agree("logSoftmax" + along, 2e-5, a -> a[0].mul(5.0).logSoftmax(dim), x);
                agree("logSumExp" + along, 2e-5, a -> a[0].logSumExp(true, dim), x);
                if (s[d] < 10_000) {
                    agree("sort" + along, 0, a -> a[0].sort(dim, true).values(), x);
                }
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> moves() {
        agree("transposed copy", 0, x -> x[0].t().contiguous(), random(777, 333));
        agree("permuted copy", 0, x -> x[0].permute(2, 0, 1).contiguous(), random(20, 50, 70));
        agree("flip", 0, x -> x[0].flip(0, 1), random(300, 301));
        agree("cat", 0, x -> Tensor.cat(1, x[0], x[1]), random(300, 200), random(300, 33));
        agree("repeat", 0, x -> x[0].repeat(3, 2), random(100, 200));
        Tensor rows = Tensor.arange(70_000).mul(31).remainder(5000);
        agree("indexSelect", 1e-5, x -> x[0].indexSelect(0, rows), random(5000, 3));
        agree("gather", 1e-5, x -> x[0].gather(0, rows.view(-1, 1)), random(5000, 1));
        agree("scatterAdd", 2e-5, x -> x[0].scatterAdd(0, rows, x[1]), random(5000), random(70_000));
        agree("add a row", 0, x -> x[0].add(x[1]), random(1000, 300), random(300));
        agree("mul by a column", 2e-6, x -> x[0].mul(x[1]), random(1000, 300), random(1000, 1));
        agree("div by a number", 1e-5, x -> x[0].div(x[1].add(3.0)), random(1000, 300), random());
        agree("where", 0, x -> x[0].where(x[0].gt(0), x[1]), random(1000, 300), random(300));
        agree("to float64 and back", 0, x -> x[0].to(DType.FLOAT64).mul(2.0).to(x[0].dtype()), random(200_003));
        return tests.stream();
    }

    /** Zeros, NaN, infinities and subnormal numbers: as in a few elements, bit for bit. */
    @TestFactory
    Stream<DynamicTest> specialValues() {
        float inf = Float.POSITIVE_INFINITY;
        Tensor few = Tensor.of(new float[] {0f, -0f, Float.NaN, inf, -inf, 1e-45f, -1e-45f, 3e38f, -3e38f, 0.3f, -0.3f, 2.5f, -2.5f, 0.5f, -0.5f, 1f, 3f, -7f});
        Tensor others = Tensor.of(new float[] {1f, 0f, 0f, Float.NaN, -inf, -0f, 2f, 3e38f, Float.NaN, inf, -0.3f, 2.5f, 0f, -0f, 1f, -1f, 3f, -7.5f});
        same("neg", x -> x[0].neg(), few);
        same("relu", x -> x[0].relu(), few);
        same("floor", x -> x[0].floor(), few);
        same("ceil", x -> x[0].ceil(), few);
        same("round", x -> x[0].round(), few);
        same("sign", x -> x[0].sign(), few);
        same("floor in place", x -> x[0].clone().floorInPlace(), few);
        same("reciprocal", x -> x[0].reciprocal(), few);
        same("cube", x -> x[0].pow(3), few);
        same("to bool", x -> x[0].to(DType.BOOL), few);
        same("from below", x -> x[0].clampMin(-0.3), few);
        same("from above", x -> x[0].clampMax(0.5), few);
        same("addcmul", x -> x[0].addcmul(x[1], x[0], 0.5), few, others);
        for (float number : new float[] {0, -0f, 0.3f, inf, -inf, Float.NaN}) {
            same("add " + number, x -> x[0].add(number), few);
            same("rsub " + number, x -> x[0].rsub(number), few);
            same("mul " + number, x -> x[0].mul(number), few);
            same("div " + number, x -> x[0].div(number), few);
            same("lt " + number, x -> x[0].lt(number), few);
            same("le " + number, x -> x[0].le(number), few);
            same("gt " + number, x -> x[0].gt(number), few);
            same("ge " + number, x -> x[0].ge(number), few);
            same("eq " + number, x -> x[0].eq(number), few);
            same("ne " + number, x -> x[0].ne(number), few);
        }
        same("lt", x -> x[0].lt(x[1]), few, others);
        same("le", x -> x[0].le(x[1]), few, others);
        same("gt", x -> x[0].gt(x[1]), few, others);
        same("ge", x -> x[0].ge(x[1]), few, others);
        same("eq", x -> x[0].eq(x[1]), few, others);
        same("ne", x -> x[0].ne(x[1]), few, others);
        return tests.stream();
    }

    private void same(String name, Function<Tensor[], Tensor> f, Tensor... few) {
        tests.add(DynamicTest.dynamicTest(name, () -> {
            float[] expected = f.apply(few).to(DType.FLOAT32).toFloatArray();
            int copies = 5000;
            Tensor[] many = Stream.of(few).map(x -> x.repeat(copies)).toArray(Tensor[]::new);
            float[] result = f.apply(many).to(DType.FLOAT32).toFloatArray();
            for (int i = 0; i < result.length; i++) {
                int e = Float.floatToIntBits(expected[i % expected.length]);
                if (Float.floatToIntBits(result[i]) != e) {
                    throw new AssertionError("%s of %s: %s expected, got %s at %d".formatted(name, few[0].get(i % expected.length),
                            Float.intBitsToFloat(e), result[i], i));
                }
            }
        }));
    }

    /** A part with NaN or with a sum beyond float, beside others without. */
    @Test
    void reductionsOfExtremeValues() {
        for (float special : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 3e38f}) {
            Tensor x = random(300, 1000);
            x.get(7).slice(0, 0, 1000, 3).fillInPlace(special);
            x.get(7).slice(0, 1, 1000, 3).fillInPlace(special == 3e38f ? -special : special);
            Tensor wide = x.to(DType.FLOAT64);
            List<Function<Tensor, Tensor>> all = List.of(Tensor::sum, Tensor::mean, Tensor::max, Tensor::min, t -> t.sum(0), t -> t.sum(1), t -> t.mean(false, 0),
                    t -> t.mean(false, 1), t -> t.amax(false, 0), t -> t.amax(false, 1), t -> t.amin(false, 1), t -> t.t().sum(), t -> t.reshape(-1).amax(false, 0));
            for (int i = 0; i < all.size(); i++) {
                Close.assertCloseValues(i + " with " + special, all.get(i).apply(wide).to(DType.FLOAT32), all.get(i).apply(x), 1e-5);
            }
        }
        for (float c : new float[] {0.1f, 1e6f, 3e38f}) {
            assertEquals(0, Tensor.full(c, 300, 1000).var().item());
        }
        Tensor far = random(300, 1000).add(1000.0);
        Close.assertCloseValues("far from 0", far.to(DType.FLOAT64).var(), far.var(), 1e-4);
    }

    @Test
    void softmaxOfExtremeRows() {
        int n = 40_000;
        for (float special : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 3e38f, -3e38f}) {
            Tensor x = random(3, n);
            x.get(1).fillInPlace(special);
            x.select(1, 5).fillInPlace(special);
            for (boolean logarithm : new boolean[] {false, true}) {
                Function<Tensor, Tensor> f = t -> logarithm ? t.logSoftmax(1) : t.softmax(1);
                Close.assertCloseValues("with " + special, f.apply(x.to(DType.FLOAT64)), f.apply(x), 2e-5);
            }
        }
    }
}
