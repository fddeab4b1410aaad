package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MemoryFormatTest {
    private static Tensor image() {
        Tensor.manualSeed(0);
        return Tensor.randn(2, 3, 5, 4);
    }

    @Test
    void stridesArePyTorchs() {
        Tensor x = image().contiguous(MemoryFormat.CHANNELS_LAST);
        assertArrayEquals(new int[] {60, 1, 12, 3}, x.strides());
        assertArrayEquals(new int[] {12, 1, 3}, Tensor.zeros(2, 3, 4).contiguous(MemoryFormat.CHANNELS_LAST).strides());
        assertArrayEquals(new int[] {360, 1, 120, 24, 6}, Tensor.zeros(2, 6, 3, 5, 4).contiguous(MemoryFormat.CHANNELS_LAST).strides());
        assertTrue(x.isContiguous(MemoryFormat.CHANNELS_LAST));
        assertFalse(x.isContiguous());
        assertTrue(x.equal(image()), "values stay");
        assertSame(x, x.contiguous(MemoryFormat.CHANNELS_LAST));
        assertNotSame(x, x.contiguous());
        assertTrue(x.contiguous().isContiguous());
    }

    @Test
    void oneChannelLiesInBothOrdersAndCountsAsContiguous() {
        Tensor x = Tensor.zeros(2, 1, 5, 4);
        assertTrue(x.isContiguous(MemoryFormat.CHANNELS_LAST));
        assertEquals(MemoryFormat.CONTIGUOUS, x.memoryFormat());
    }

    @Test
    void matricesHaveNoChannels() {
        var e = assertThrows(ShapeException.class, () -> Tensor.zeros(2, 3).contiguous(MemoryFormat.CHANNELS_LAST));
        assertTrue(e.getMessage().contains("(2, 3)"), e.getMessage());
    }

    private static void keepsOrder(UnaryOperator<Tensor> function) {
        Tensor plain = image();
        Tensor x = plain.contiguous(MemoryFormat.CHANNELS_LAST);
        Tensor y = function.apply(x);
        assertEquals(MemoryFormat.CHANNELS_LAST, y.memoryFormat());
        assertTrue(y.equal(function.apply(plain)));
    }

    @Test
    void functionsElementByElementKeepTheOrder() {
        Tensor bias = Tensor.of(new float[] {1, 2, 3}, 3, 1, 1);
        keepsOrder(Tensor::relu);
        keepsOrder(Tensor::exp);
        keepsOrder(Tensor::clone);
        keepsOrder(x -> x.add(x));
        keepsOrder(x -> x.add(bias));
        keepsOrder(x -> bias.mul(x));
        keepsOrder(x -> x.mul(Tensor.scalar(2.0)));
        keepsOrder(x -> x.sub(image()));
        keepsOrder(x -> x.mul(2.0));
        keepsOrder(x -> x.clamp(-0.5, 0.5));
        keepsOrder(x -> x.maximum(bias));
        keepsOrder(x -> x.addcmul(bias, x));
        keepsOrder(x -> x.where(x.gt(0), x.neg()));
        keepsOrder(x -> x.to(DType.FLOAT64));
        keepsOrder(x -> x.clone().addInPlace(bias));
        keepsOrder(x -> x.clone().fillInPlace(3));
    }

    @Test
    void theFirstWholeOperandGivesTheOrder() {
        Tensor plain = image();
        Tensor x = plain.contiguous(MemoryFormat.CHANNELS_LAST);
        assertTrue(plain.add(x).isContiguous());
        assertTrue(x.add(plain).isContiguous(MemoryFormat.CHANNELS_LAST));
        assertTrue(plain.add(x).equal(plain.mul(2.0)));
        assertTrue(x.add(plain).equal(plain.mul(2.0)));
    }

    @Test
    void gradientsAreTheSame() {
        Tensor plain = image().setRequiresGrad(true);
        plain.relu().mul(plain).sum().backward();
        Tensor x = image().contiguous(MemoryFormat.CHANNELS_LAST).setRequiresGrad(true);
        x.relu().mul(x).sum().backward();
        assertTrue(x.grad().equal(plain.grad()));
    }

    @Test
    void reshapeCopiesAndViewRefuses() {
        Tensor x = image().contiguous(MemoryFormat.CHANNELS_LAST);
        assertTrue(x.flatten(1, -1).equal(image().flatten(1, -1)));
        var e = assertThrows(ShapeException.class, () -> x.view(2, -1));
        assertTrue(e.getMessage().contains("channels-last") && e.getMessage().contains("reshape"), e.getMessage());
    }
}
