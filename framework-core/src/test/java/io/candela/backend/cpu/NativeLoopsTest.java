package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Generator;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops over matrices in C give what the Java way gives: for any strides, sizes around those of vectors, and special numbers. */
class NativeLoopsTest {
    private static final int[][] SIZES = {{1, 1}, {1, 70}, {3, 64}, {2, 65}, {130, 9}, {67, 131}, {5, 4099}, {300, 257}, {1, 70_001}};

    @AfterEach
    void on() {
        NativeKernels.on = true;
    }

    private static Map<String, Tensor> matrices(int rows, int columns) {
        Generator.getDefault().manualSeed(rows * 31L + columns);
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("numbers", Tensor.randn(rows, columns));
        all.put("few", Tensor.randn(rows, columns).mul(2).round()); // ties and zeros of both signs
        Tensor special = Tensor.randn(rows, columns);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 3e38f, 1e-42f, Float.NaN};
        for (int i = 0; i < odd.length; i++) {
            special.reshape(-1).narrow(0, (int) ((long) i * 7919 % special.numel()), 1).fillInPlace(odd[i]);
        }
        all.put("special", special);
        all.put("huge", Tensor.randn(rows, columns).abs().mul(1e37)); // whose squares overflow, and sums of many
        all.put("infinite", Tensor.full(Double.NEGATIVE_INFINITY, rows, columns));
        return all;
    }

    /** The same elements, lying in several ways. */
    private static List<Tensor> layouts(Tensor x) {
        List<Tensor> all = new ArrayList<>();
        all.add(x);
        all.add(x.t().contiguous().t());
        all.add(Tensor.cat(1, x, x).slice(1, 0, x.size(1), 1));
        all.add(Tensor.stack(2, x, x).select(2, 1));
        all.add(Tensor.stack(1, x, x).select(1, 0));
        return all;
    }

    private static void compare(String name, UnaryOperator<Tensor> op, double tolerance) {
        for (int[] size : SIZES) {
            matrices(size[0], size[1]).forEach((kind, matrix) -> {
                int layout = 0;
                for (Tensor x : layouts(matrix)) {
                    compare(name + " of " + kind + ", layout " + layout++, op, x, tolerance);
                }
            });
        }
    }

    private static void compare(String name, UnaryOperator<Tensor> op, Tensor x, double tolerance) {
        NativeKernels.on = true;
        Tensor inC = op.apply(x);
        NativeKernels.on = false;
        Tensor inJava = op.apply(x);
        Close.assertCloseValues(name + " " + x.shape(), inJava, inC, tolerance);
    }

    @Test
    void sums() {
        compare("sum", Tensor::sum, 2e-5);
        compare("sum(0)", x -> x.sum(0), 2e-5);
        compare("sum(1)", x -> x.sum(1), 2e-5);
        compare("mean", Tensor::mean, 1e-6);
        compare("mean(0)", x -> x.mean(0), 1e-6);
        compare("mean(1)", x -> x.mean(1), 1e-6);
    }

    @Test
    void products() {
        UnaryOperator<Tensor> nearOne = x -> x.mul(0.01).add(1);
        compare("prod", x -> nearOne.apply(x).prod(), 1e-6);
        compare("prod of anything", Tensor::prod, 1e-6);
        compare("prod(0)", x -> nearOne.apply(x).prod(0, false), 1e-6);
        compare("prod(1)", x -> nearOne.apply(x).prod(1, false), 1e-6);
    }

    @Test
    void extremes() {
        compare("max", Tensor::max, 0);
        compare("min", Tensor::min, 0);
        for (int dim = 0; dim < 2; dim++) {
            int d = dim;
            compare("amax", x -> x.amax(false, d), 0);
            compare("amin", x -> x.amin(false, d), 0);
            compare("argmax", x -> x.argmax(d), 0);
            compare("argmin", x -> x.argmin(d), 0);
        }
        compare("argmax of all", Tensor::argmax, 0);
    }

    @Test
    void norms() {
        compare("norm", x -> x.clamp(-1e15, 1e15).norm(), 2e-6); // squares may overflow in Java
        compare("norm 1", x -> x.norm(1), 2e-6);
    }

    @Test
    void softmax() {
        for (int dim = 0; dim < 2; dim++) {
            int d = dim;
            compare("softmax", x -> x.softmax(d), 1e-6);
            compare("logSoftmax", x -> x.logSoftmax(d), 5e-6);
            compare("logSumExp", x -> x.logSumExp(false, d), 2e-6);
        }
        compare("logSumExp of all", x -> x.logSumExp(true), 2e-6);
    }

    @Test
    void softmaxIsAccurate() {
        assumeTrue(NativeKernels.find("SOFTMAX along") != 0, "oneDNN does it, less accurately");
        Tensor x = Tensor.randn(300, 4099).mul(4);
        Tensor wide = x.to(DType.FLOAT64);
        for (int dim = 0; dim < 2; dim++) {
            Close.assertCloseValues("softmax", wide.softmax(dim).log(), x.softmax(dim).to(DType.FLOAT64).log(), 1e-6);
            Close.assertCloseValues("logSoftmax", wide.logSoftmax(dim), x.logSoftmax(dim), 1.5e-6);
            Close.assertCloseValues("logSumExp", wide.logSumExp(false, dim), x.logSumExp(false, dim), 5e-7);
        }
    }

    @Test
    void softmaxBetweenDimensions() {
        Tensor x = Tensor.randn(3, 70, 5, 31).mul(3);
        for (Tensor t : List.of(x, x.transpose(1, 3), x.permute(2, 0, 3, 1).narrow(3, 2, 60), x.select(2, 1).unsqueeze(0))) {
            for (int dim = 0; dim < 4; dim++) {
                int d = dim;
                compare("softmax", y -> y.softmax(d), t, 1e-6);
                compare("logSumExp", y -> y.logSumExp(true, d), t, 2e-6);
                compare("logSumExp over two", y -> y.logSumExp(false, 1, 3), t, 2e-6);
                compare("cumsum", y -> y.cumsum(d), t, 1e-6);
            }
        }
    }

    @Test
    void reversed() {
        for (int dim = 0; dim < 2; dim++) {
            int d = dim;
            compare("flip", x -> x.flip(d), 0);
            for (DType type : List.of(DType.FLOAT64, DType.INT8, DType.INT16)) {
                compare("flip", x -> x.flip(d, 2), Tensor.arange(1200).to(type).reshape(30, 8, 5), 0);
            }
        }
        compare("flip of both", x -> x.flip(0, 1), 0);
    }

    @Test
    void fills() {
        for (double value : new double[] {0, -0.0, 1.5, 0.1, Double.NaN, 1e300}) {
            compare("full", x -> Tensor.full(value, x.size(0), x.size(1)), 0);
        }
        Tensor part = Tensor.zeros(3, 700).narrow(1, 5, 690);
        compare("filled part", x -> x.fillInPlace(2).clone(), part, 0);
    }

    @Test
    void scans() {
        for (int dim = 0; dim < 2; dim++) {
            int d = dim;
            compare("cumsum", x -> x.cumsum(d), 1e-6);
            compare("cumprod", x -> x.cumprod(d), 1e-6);
        }
    }
}
