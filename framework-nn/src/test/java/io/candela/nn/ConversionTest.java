package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.nn.TestModules.Mlp;
import io.candela.nn.TestModules.Tied;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import io.candela.testing.EachBackend;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Modes, conversion, gradients. */
class ConversionTest {
    @Test
    void trainAndEvalRecurseAndReturnThis() {
        Sequential inner = new Sequential(new Dropout());
        Sequential outer = new Sequential(inner);
        assertTrue(outer.isTraining() && inner.get(0).isTraining());
        assertSame(outer, outer.eval());
        assertFalse(outer.isTraining() || inner.isTraining() || inner.get(0).isTraining());
        assertSame(outer, outer.train());
        assertTrue(inner.get(0).isTraining());
        outer.train(false);
        assertFalse(inner.get(0).isTraining());
    }

    @Test
    void aModuleMayStayInItsMode() {
        Dropout inside = new Dropout();
        Sequential frozen = new Sequential(inside) {
            @Override
            public Layer train(boolean mode) {
                return super.train(false);
            }
        };
        new Sequential(frozen).train();
        assertFalse(inside.isTraining());
    }

    @Test
    void evalDoesNotDisableGradients() {
        Mlp model = new Mlp();
        model.eval();
        model.forward(Tensor.ones(1, 4)).sum().backward();
        assertNotNull(model.hidden.weight().grad());
    }

    @Test
    void floatingTensorsAreConvertedAndStayTheSameObjects() {
        Tied tied = new Tied();
        Tensor weight = tied.encoder.weight();
        weight.setGrad(Tensor.ones(3, 3));
        List<Tensor> parameters = tied.parameters();
        double before = weight.at(1, 1);
        assertSame(tied, tied.to(DType.FLOAT64));
        List<Tensor> after = tied.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            assertSame(parameters.get(i), after.get(i));
        }
        assertEquals(DType.FLOAT64, weight.dtype());
        assertEquals(before, weight.at(1, 1));
        assertEquals(DType.FLOAT64, weight.grad().dtype());
        assertTrue(weight.requiresGrad() && weight.isLeaf());
        assertEquals(DType.INT64, tied.steps.dtype(), "counters stay integers");
        assertEquals(DType.FLOAT64, tied.cache.dtype(), "buffers that are not persistent follow");
        assertSame(weight, tied.getParameter("decoder.weight"));
        assertEquals("Tied.to: only floating point can be asked for, got int32",
                assertThrows(DTypeException.class, () -> tied.to(DType.INT32)).getMessage());
    }

    @Test
    void trainingGoesOnAfterConversion() {
        Linear layer = new Linear(2, 1);
        layer.forward(Tensor.ones(1, 2)).sum().backward();
        layer.to(DType.FLOAT64);
        layer.forward(Tensor.ones(DType.FLOAT64, 1, 2)).sum().backward();
        assertEquals(DType.FLOAT64, layer.weight().grad().dtype());
        assertEquals(2, layer.weight().grad().at(0, 0), "added to the converted gradient");
    }

    @Test
    void aGraphFromBeforeRefusesOrConverts() {
        Linear layer = new Linear(2, 1);
        Tensor x = Tensor.ones(1, 2).setRequiresGrad(true);
        Tensor y = layer.forward(x).sum();
        layer.to(DType.FLOAT64);
        assertThrows(GraphException.class, y::backward, "x's gradient needs the former weight");
        assertNull(x.grad());
        Tensor z = new Linear(2, 1).forward(Tensor.ones(1, 2)).sum();
        z.backward();
    }

    @TestFactory
    Stream<DynamicTest> toDevice() {
        return EachBackend.run("model, gradients and buffers", device -> {
            Tied tied = new Tied();
            Tensor weight = tied.encoder.weight();
            weight.setGrad(Tensor.ones(3, 3));
            assertSame(tied, tied.to(device));
            assertSame(weight, tied.encoder.weight());
            assertEquals(device, weight.device());
            assertEquals(device, weight.grad().device());
            assertEquals(device, tied.cache.device());
            assertEquals(device, tied.steps.device());
            tied.to(io.candela.tensor.Device.CPU);
            assertEquals(9, weight.grad().sum().item());
        });
    }

    @Test
    void zeroGrad() {
        Linear layer = new Linear(2, 1);
        layer.zeroGrad(false);
        assertNull(layer.weight().grad(), "no gradient is made");
        layer.forward(Tensor.ones(1, 2)).sum().backward();
        Tensor gradient = layer.weight().grad();
        layer.zeroGrad(false);
        assertSame(gradient, layer.weight().grad());
        assertEquals(0, gradient.abs().sum().item());
        layer.zeroGrad();
        assertNull(layer.weight().grad());
        Tensor loss = layer.forward(Tensor.ones(1, 2)).square().sum();
        loss.backward(null, true, true);
        Tensor recorded = layer.weight().grad();
        assertTrue(recorded.requiresGrad());
        layer.zeroGrad(false);
        assertFalse(layer.weight().grad().requiresGrad());
        assertEquals(0, layer.weight().grad().abs().sum().item());
        assertTrue(recorded.requiresGrad(), "what belongs to a graph is left alone");
    }

    @Test
    void freezing() {
        Tied tied = new Tied();
        assertSame(tied, tied.requiresGrad(false));
        assertTrue(tied.parameters().stream().noneMatch(Tensor::requiresGrad));
        assertFalse(tied.encoder.forward(Tensor.ones(1, 3)).requiresGrad());
        tied.requiresGrad(true);
        assertTrue(tied.parameters().stream().allMatch(Tensor::requiresGrad));
        assertFalse(tied.steps.requiresGrad());
    }

    @Test
    void halfTypesRunForwardAndBackward() {
        Tensor.manualSeed(3);
        Tensor x = Tensor.rand(8, 4);
        Mlp wide = new Mlp();
        wide.forward(x).sum().backward();
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
            Mlp model = Module.deepCopy(wide);
            assertSame(model, model.to(type));
            Tensor y = model.forward(x.to(type));
            assertEquals(type, y.dtype());
            y.sum().backward();
            Tensor expected = wide.hidden.weight().grad();
            Tensor found = model.hidden.weight().grad();
            assertEquals(type, found.dtype());
            double tolerance = 8 * type.finfo().eps();
            assertTrue(expected.sub(found.toFloat()).abs().max().item() <= tolerance * Math.max(1, expected.abs().max().item()));
            assertTrue(wide.forward(x).sub(y.toFloat()).abs().max().item() <= tolerance);
            assertThrows(DTypeException.class, () -> model.forward(x)); // as PyTorch: the input is not converted
            model.loadStateDict(wide.stateDict());
            assertEquals(type, model.hidden.weight().dtype());
            assertTrue(wide.hidden.weight().to(type).equal(model.hidden.weight()));
        }
    }

    private static Sequential convolutions() {
        Tensor.manualSeed(8);
        return new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Conv2d(4, 2, 1), new Flatten(), new Linear(18, 2));
    }

    @Test
    void weightsOfConvolutionsMayBeChannelsLast() {
        Sequential model = new Sequential(new Conv2d(3, 8, 3), new Conv3d(2, 4, 2), new Conv1d(3, 2, 3), new Linear(3, 2));
        Tensor weight = model.parameters().get(0);
        weight.mul(2).sum().backward();
        StateDict before = model.stateDict();
        float[] values = weight.toFloatArray();
        assertSame(model, model.to(MemoryFormat.CHANNELS_LAST));
        assertSame(weight, model.parameters().get(0));
        assertArrayEquals(new int[] {27, 1, 9, 3}, weight.strides(), "as PyTorch's");
        assertEquals(MemoryFormat.CHANNELS_LAST, weight.grad().memoryFormat());
        assertEquals(MemoryFormat.CHANNELS_LAST, model.parameters().get(2).memoryFormat(), "five dimensions");
        assertTrue(model.parameters().get(4).isContiguous(), "three");
        assertArrayEquals(values, weight.toFloatArray());
        model.to(DType.FLOAT64);
        assertEquals(MemoryFormat.CHANNELS_LAST, weight.memoryFormat(), "other conversions keep it");
        model.to(DType.FLOAT32).to(MemoryFormat.CONTIGUOUS);
        assertArrayEquals(new int[] {27, 9, 3, 1}, weight.strides());
        for (String name : before.keySet()) {
            assertTrue(((Tensor) before.get(name)).equal((Tensor) model.stateDict().get(name)), name);
        }
    }

    @TestFactory
    Stream<DynamicTest> trainingIsTheSameInBothOrders() {
        return EachBackend.run("channels-last", device -> {
            Tensor x = Tensor.randn(2, 3, 5, 5);
            for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
                Sequential plain = convolutions();
                Sequential last = convolutions();
                plain.to(device, type);
                last.to(MemoryFormat.CHANNELS_LAST).to(device, type);
                for (int step = 0; step < 2; step++) {
                    Tensor expected = plain.forward(x.to(type).to(device));
                    Tensor actual = last.forward(x.to(type).to(device).contiguous(MemoryFormat.CHANNELS_LAST));
                    assertTrue(actual.isClose(expected, 1e-4, 1e-5, false).all().item() != 0, type.toString());
                    expected.square().sum().backward();
                    actual.square().sum().backward();
                    for (int i = 0; i < plain.parameters().size(); i++) {
                        Tensor p = plain.parameters().get(i);
                        Tensor q = last.parameters().get(i);
                        assertEquals(p.dim() == 4 && p.size(1) * p.size(2) > p.size(1) ? MemoryFormat.CHANNELS_LAST : MemoryFormat.CONTIGUOUS, q.memoryFormat());
                        assertTrue(q.grad().isClose(p.grad(), 1e-4, 1e-5, false).all().item() != 0, type + " " + i);
                        Autograd.noGrad(() -> {
                            p.subInPlace(p.grad().mul(0.1));
                            q.subInPlace(q.grad().mul(0.1));
                        });
                    }
                    plain.zeroGrad();
                    last.zeroGrad();
                }
            }
        });
    }

    @Test
    void deviceAndTypeAtOnce() {
        Sequential model = convolutions();
        Tensor count = model.buffers().get(2);
        assertSame(model, model.to(Device.CPU, DType.FLOAT64));
        assertEquals(DType.FLOAT64, model.parameters().get(0).dtype());
        assertEquals(DType.INT64, count.dtype());
        assertThrows(DTypeException.class, () -> model.to(Device.CPU, DType.INT32));
        assertEquals(DType.FLOAT64, model.parameters().get(0).dtype());
    }
}
