package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Draws that depend on tensors, against the numbers of torch 2.13 after {@code torch.manual_seed(11)}, in this order. */
class RandomMethodsTest {
    @Test
    void drawsAreTorchs() {
        Tensor.manualSeed(11);
        Tensor w = Tensor.of(new float[] {0.125f, 0.5f, 0.25f, 0.125f, 3, 1, 1, 0}, 2, 4);
        Tensor first = w.select(0, 0);
        assertArrayEquals(new long[] {0, 1, 1, 2}, w.multinomial(2).toLongArray());
        assertArrayEquals(new long[] {2, 1, 3, 2, 2, 1, 0, 0, 2, 0, 2, 0, 0, 2, 1, 2}, w.multinomial(8, true).toLongArray());
        assertArrayEquals(new long[] {2}, first.multinomial(1).toLongArray());
        assertArrayEquals(new long[] {0, 1, 2, 2, 1, 0, 0, 1, 1, 0}, w.to(DType.FLOAT64).multinomial(5, true).toLongArray());
        assertArrayEquals(new long[] {1, 2, 0}, first.to(DType.FLOAT64).multinomial(3).toLongArray());
        Tensor mean = Tensor.of(new float[] {1, 2, 3});
        assertArrayEquals(new float[] {0.6944153308868408f, 2.1014750003814697f, 4.376552581787109f},
                Tensor.normal(mean, Tensor.of(new float[] {1, 0.5f, 2})).toFloatArray());
        assertArrayEquals(new float[] {9.411582946777344f, 4.867188930511475f, 5.010011672973633f}, Tensor.zeros(3).logNormalInPlace(0.5, 2).toFloatArray());
        Tensor p = Tensor.of(new float[] {0.25f, 0.5f, 0.875f, 0.5f});
        assertArrayEquals(new float[] {0, 1, 1, 0}, p.bernoulli().toFloatArray());
        assertArrayEquals(new double[] {0, 1, 1, 1}, p.to(DType.FLOAT64).bernoulli().toDoubleArray());
        assertArrayEquals(new float[] {1.166869878768921f, 1.0527595281600952f}, Tensor.zeros(2).exponentialInPlace(1.5).toFloatArray());
        assertArrayEquals(new double[] {0.41221065518595346, 0.057352514684273034}, Tensor.zeros(DType.FLOAT64, 2).exponentialInPlace(1.5).toDoubleArray());
        assertArrayEquals(new float[] {8, 3, 8, 7}, Tensor.zeros(4).randintLike(1, 9).toFloatArray());
        assertArrayEquals(new double[] {0.5995022462560358, 0.5886795529234914}, Tensor.zeros(DType.FLOAT64, 2).randLike().toDoubleArray());
        assertEquals(2.8702080249786377, Tensor.zeros(17).randnLike().sum().item(), 1e-6);
    }

    /** PyTorch's numbers after {@code torch.manual_seed(19)}, each: it goes through memory, and draws normal numbers one by one where there are gaps or another order. */
    @Test
    void elementsAreDrawnInTheOrderOfMemory() {
        drawn(t -> t.uniformInPlace(-1, 2), -0.8817290123802153, 1.9493599513246596, 1.499545006624372, 0.16337735693793876, 1.8232824367833664);
        drawn(t -> t.normalInPlace(1, 2), 0.43276370644128126, -4.405424480097525, -2.1363923403281895, 2.8564539552867814, 0.4613647171985529);
        drawn(t -> t.bernoulliInPlace(0.4), 1, 0, 0, 1, 0);
        drawn(t -> t.exponentialInPlace(1.5), 0.02681454875881814, 2.721083219074255, 1.1938999308424898, 0.32712261583557856, 1.8878765317227642);
        drawn(t -> t.logNormalInPlace(0, 1), 0.7530541459620149, 0.06702348222341606, 0.2084207991367009, 2.5300194175815376, 0.7639005706595617);
        drawn(t -> t.cauchyInPlace(0, 1), -8.032755409517426, 18.83952259331062, 1.7301465071853832, -0.36787601895032584, 5.341878081812756);
        drawn(t -> t.geometricInPlace(0.3), 10, 1, 1, 3, 1);
        drawn(t -> t.randintLike(0, 100), 58, 19, 26, 97, 14);
        drawn(t -> t.to(DType.FLOAT32).randnLike(), -0.28361815214157104, -2.702712297439575, -1.568196177482605, 0.9282270073890686, -0.269317626953125);
        Tensor.manualSeed(19);
        Tensor apart = Tensor.zeros(4, 10).slice(1, 0, 10, 2).normalInPlace(0, 1).get(1);
        assertArrayEquals(new float[] {-2.702712297439575f, 0.5508643388748169f, 2.0941407680511475f, -1.0594624280929565f, -1.568196177482605f}, apart.toFloatArray());
    }

    /** The second row of a transposed (4, 5). */
    private static void drawn(UnaryOperator<Tensor> fill, double... expected) {
        Tensor.manualSeed(19);
        Tensor filled = fill.apply(Tensor.zeros(DType.FLOAT64, 5, 4).t());
        assertEquals(1, filled.stride(0));
        assertArrayEquals(expected, filled.get(1).toDoubleArray(), 1e-13);
    }

    @Test
    void nothingHasAGradient() {
        Tensor p = Tensor.of(new float[] {0.5f, 0.5f}).setRequiresGrad(true);
        assertFalse(p.bernoulli().requiresGrad() || Tensor.normal(p, p).requiresGrad() || p.multinomial(1).requiresGrad() || p.randLike().requiresGrad());
    }

    private static void refuses(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void badInput() {
        refuses("multinomial: count must be 1 to 2 without replacement, got 3", () -> Tensor.ones(2).multinomial(3));
        refuses("multinomial: weights must be finite and not negative", () -> Tensor.of(new float[] {1, -1}).multinomial(1));
        refuses("multinomial: weights must be finite and not negative", () -> Tensor.of(new float[] {1, Float.NaN}).multinomial(1));
        refuses("multinomial: the weights of a row must not all be 0", () -> Tensor.zeros(2).multinomial(1));
        refuses("multinomial: weights must have one or two dimensions, got ()", () -> Tensor.scalar(1.0).multinomial(1));
        refuses("bernoulli: p must be between 0 and 1, got 1.5", () -> Tensor.full(Shape.of(2), 1.5, DType.FLOAT32, Device.CPU).bernoulli());
        refuses("bernoulli: probabilities must be floating point, got int64", () -> Tensor.arange(2).bernoulli());
        refuses("normal: std must not be negative", () -> Tensor.normal(Tensor.zeros(2), Tensor.of(new float[] {1, -1})));
        refuses("exponential: lambda must be greater than 0, got 0.0", () -> Tensor.zeros(2).exponentialInPlace(0));
        refuses("exponentialInPlace: needs floating point, got int64; use Tensor.randint for integers", () -> Tensor.arange(2).exponentialInPlace(1));
    }
}
