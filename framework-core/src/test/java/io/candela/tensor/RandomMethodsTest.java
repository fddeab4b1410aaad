package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
