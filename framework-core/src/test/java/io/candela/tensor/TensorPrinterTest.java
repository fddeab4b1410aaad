package io.candela.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Printed tensors, character by character as PyTorch prints them. */
class TensorPrinterTest {
    @TestFactory
    Stream<DynamicTest> asPyTorch() {
        return Golden.load("/golden/printing.bin.gz").rows().get("print").stream().map(c -> DynamicTest.dynamicTest(c.tag(), () -> {
            byte[] bytes = new byte[c.results().get(0).numel()];
            c.results().get(0).toByteBuffer().get(bytes);
            Tensor t = c.inputs().get(0);
            assertEquals(new String(bytes, StandardCharsets.UTF_8), t.toString());
            if (t.dim() > 1) {
                assertEquals(t.toString(), t.transpose(0, -1).contiguous().transpose(0, -1).toString(), "transposed in memory");
            }
        }));
    }

    @Test
    void gradients() {
        Tensor x = Tensor.of(new float[] {1, 2}).setRequiresGrad(true);
        assertEquals("tensor([1., 2.], requires_grad=True)", x.toString());
        assertEquals("tensor([2., 4.], grad_fn=<mul>)", x.mul(2.0).toString());
        assertEquals("tensor([1., 2.])", x.detach().toString());
    }
}
