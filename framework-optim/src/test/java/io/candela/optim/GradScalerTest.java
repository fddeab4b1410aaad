package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scales, skipped steps and refusals as PyTorch's; {@code tools/golden/autocast.py} has the run. */
class GradScalerTest {
    private final Tensor weight = Tensor.zeros(1).setRequiresGrad(true);
    private final SGD optimizer = new SGD(List.of(weight), 0.5);

    @Test
    void scalesAsPyTorch() {
        double[] expected = Golden.load("/golden/scaler.bin.gz").rows().get("scaler").get(0).results().get(0).toDoubleArray();
        GradScaler scaler = new GradScaler(1024, 2, 0.5, 3, true);
        double[] found = new double[expected.length];
        for (int i = 0; i < expected.length / 3; i++) {
            optimizer.zeroGrad();
            boolean bad = i == 2 || i == 8 || i == 9;
            scaler.scale(bad ? weight.add(1.0).sum().mul(Double.POSITIVE_INFINITY) : weight.sum()).backward();
            assertEquals(!bad, scaler.step(optimizer));
            scaler.update();
            found[3 * i] = scaler.getScale();
            found[3 * i + 1] = weight.item();
            found[3 * i + 2] = ((Number) scaler.stateDict().get("_growth_tracker")).doubleValue();
        }
        assertArrayEquals(expected, found);
    }

    @Test
    void callsOutOfOrderAreRefused() {
        GradScaler scaler = new GradScaler();
        assertThrows(IllegalStateException.class, () -> scaler.step(optimizer), "nothing was scaled");
        scaler.scale(weight.sum()).backward();
        assertEquals(65536, weight.grad().item());
        assertThrows(IllegalStateException.class, scaler::update);
        scaler.unscale(optimizer);
        assertEquals(1, weight.grad().item());
        assertThrows(IllegalStateException.class, () -> scaler.unscale(optimizer));
        assertTrue(scaler.step(optimizer));
        assertEquals(-0.5, weight.item());
        assertThrows(IllegalStateException.class, () -> scaler.step(optimizer));
        assertThrows(IllegalStateException.class, () -> scaler.unscale(optimizer));
        scaler.update();
        optimizer.zeroGrad();
        assertThrows(IllegalStateException.class, () -> scaler.step(optimizer), "no gradient");
        Tensor half = Tensor.zeros(1).to(DType.FLOAT16).setRequiresGrad(true);
        half.sum().backward();
        assertThrows(DTypeException.class, () -> scaler.step(new SGD(List.of(half), 0.5)));
        assertThrows(IllegalArgumentException.class, () -> new GradScaler(1, 1, 0.5, 1, true));
        assertThrows(IllegalArgumentException.class, () -> new GradScaler(1, 2, 1, 1, true));
    }

    @Test
    void stateGoesBothWays() {
        GradScaler scaler = new GradScaler(8, 4, 0.25, 5, true);
        assertEquals(Map.of("scale", 8.0, "growth_factor", 4.0, "backoff_factor", 0.25, "growth_interval", 5L, "_growth_tracker", 0L), scaler.stateDict());
        GradScaler other = new GradScaler();
        other.loadStateDict(scaler.stateDict());
        assertEquals(scaler.stateDict(), other.stateDict());
        assertThrows(IllegalArgumentException.class, () -> other.loadStateDict(Map.of("scale", 1.0)));
        assertEquals(scaler.stateDict(), other.stateDict());
    }

    @Test
    void disabledItOnlySteps() {
        GradScaler scaler = new GradScaler(8, 4, 0.25, 5, false);
        assertFalse(scaler.isEnabled());
        Tensor loss = weight.sum();
        assertEquals(loss, scaler.scale(loss));
        loss.backward();
        scaler.unscale(optimizer);
        assertTrue(scaler.step(optimizer));
        scaler.update();
        assertEquals(1, scaler.getScale());
        assertEquals(Map.of(), scaler.stateDict());
        assertEquals(-0.5, weight.item());
    }
}
