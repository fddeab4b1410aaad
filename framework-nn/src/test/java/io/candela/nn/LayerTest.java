package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.nn.TestModules.Mlp;
import io.candela.tensor.DTypeException;
import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What layers do beyond their values: messages, hooks, threads. */
class LayerTest {
    @Test
    void linearSaysWhatItWants() {
        Linear layer = new Linear(784, 10);
        assertEquals("Linear(in_features=784, out_features=10, bias=True): last dimension must be 784, got input (32, 28, 28); flatten(1, -1) first?",
                assertThrows(ShapeException.class, () -> layer.forward(Tensor.zeros(32, 28, 28))).getMessage());
        assertEquals("Linear(in_features=784, out_features=10, bias=True): last dimension must be 784, got input (3)",
                assertThrows(ShapeException.class, () -> layer.forward(Tensor.zeros(3))).getMessage());
        assertThrows(ShapeException.class, () -> layer.forward(Tensor.scalar(1.0)));
        assertThrows(DTypeException.class, () -> layer.forward(Tensor.zeros(DType.FLOAT64, 2, 784)));
        assertThrows(ShapeException.class, () -> new Linear(-1, 2));
    }

    @Test
    void linearIsXTimesTransposedWeightPlusBias() {
        Linear layer = new Linear(3, 2);
        Tensor x = Tensor.randn(4, 5, 3);
        Tensor expected = x.matmul(layer.weight().t()).add(layer.bias());
        Close.assertClose("linear", expected, layer.forward(x), 4);
        assertEquals(0, new Linear(3, 2, false).forward(Tensor.zeros(0, 3)).numel());
        Linear plain = new Linear(3, 2, false);
        assertEquals(1, plain.parameters().size());
        Close.assertClose("vector", plain.weight().matmul(x.get(0).get(0)), plain.forward(x.get(0).get(0)), 4);
    }

    @Test
    void forwardHooksOfBuiltInLayersRunHoweverTheyAreCalled() {
        Mlp model = new Mlp();
        List<String> seen = new ArrayList<>();
        HookHandle pre = model.hidden.registerForwardPreHook((layer, in) -> {
            seen.add("before " + in.shape());
            return in.mul(0.0);
        });
        HookHandle post = model.hidden.registerForwardHook((layer, in, out) -> {
            seen.add("after " + in.sum().item() + " " + out.shape());
            return null;
        });
        Tensor zero = Autograd.noGrad(() -> model.forward(Tensor.zeros(2, 4)));
        seen.clear();
        assertTrue(zero.equal(model.forward(Tensor.ones(2, 4))), "the pre-hook replaced the input");
        assertEquals(List.of("before (2, 4)", "after 0.0 (2, 8)"), seen);
        model.hidden.call(Tensor.ones(2, 4));
        assertEquals(4, seen.size(), "call runs them once too");
        pre.remove();
        post.remove();
        model.forward(Tensor.ones(2, 4));
        assertEquals(4, seen.size());
    }

    @Test
    void forwardHooksOfOwnLayersRunInCallAndInSequential() {
        Mlp model = new Mlp();
        Tensor fixed = Tensor.ones(1);
        int[] runs = {0};
        model.registerForwardHook((layer, in, out) -> {
            runs[0]++;
            return fixed;
        });
        model.forward(Tensor.ones(1, 4));
        assertEquals(0, runs[0]);
        assertSame(fixed, model.call(Tensor.ones(1, 4)));
        assertSame(fixed, new Sequential(model, new Identity()).forward(Tensor.ones(1, 4)));
        assertEquals(2, runs[0]);
    }

    @Test
    void hooksRunInOrderAndMayRemoveThemselves() {
        Identity layer = new Identity();
        StringBuilder order = new StringBuilder();
        HookHandle[] self = new HookHandle[1];
        self[0] = layer.registerForwardHook((l, in, out) -> {
            order.append('a');
            self[0].remove();
            return null;
        });
        ForwardHook twice = (l, in, out) -> {
            order.append('b');
            return null;
        };
        layer.registerForwardHook(twice);
        HookHandle second = layer.registerForwardHook(twice);
        layer.forward(Tensor.ones(1));
        second.remove();
        layer.forward(Tensor.ones(1));
        assertEquals("abbb", order.toString());
        assertThrows(NullPointerException.class, () -> layer.registerForwardHook(null));
    }

    @Test
    void sequentialPassesOn() {
        Sequential model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3), new LogSoftmax(1));
        assertEquals(List.of("0.weight", "0.bias", "2.weight", "2.bias"), List.copyOf(model.namedParameters().keySet()));
        Tensor x = Tensor.randn(5, 4);
        Tensor y = model.forward(x);
        Close.assertClose("rows add up to 1", Tensor.ones(5), y.exp().sum(1).detach(), 4);
        Tensor same = Tensor.ones(2);
        assertSame(same, new Sequential().forward(same));
    }

    @Test
    void lossesHaveStateOnlyWithWeights() {
        assertTrue(new NLLLoss().stateDict().isEmpty());
        Tensor weight = Tensor.of(new float[] {1, 2, 3});
        CrossEntropyLoss loss = new CrossEntropyLoss(CrossEntropyLoss.options().withWeight(weight));
        assertSame(weight, loss.getBuffer("weight"));
        assertEquals(List.of("weight"), List.copyOf(loss.stateDict().keySet()));
        loss.to(DType.FLOAT64);
        assertEquals(DType.FLOAT64, loss.forward(Tensor.zeros(DType.FLOAT64, 2, 3), Tensor.of(new long[] {0, 2})).dtype());
    }

    @Test
    void severalThreadsMayEvaluateOneModel() throws Exception {
        Sequential model = new Sequential(new Linear(64, 128), new ReLU(), new Dropout(), new Linear(128, 10), new LogSoftmax(1));
        model.eval();
        int tasks = 64;
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> expected = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            inputs.add(Tensor.randn(1 + i % 7, 64));
            expected.add(model.forward(inputs.get(i)).detach());
        }
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Tensor>> calls = new ArrayList<>();
            for (int i = 0; i < tasks; i++) {
                Tensor x = inputs.get(i);
                boolean recorded = i % 2 == 0;
                calls.add(() -> {
                    Tensor y = null;
                    for (int n = 0; n < 50; n++) {
                        y = recorded ? model.forward(x).detach() : Autograd.noGrad(() -> model.forward(x));
                    }
                    return y;
                });
            }
            List<Future<Tensor>> found = pool.invokeAll(calls);
            for (int i = 0; i < tasks; i++) {
                Close.assertExact(i, expected.get(i), found.get(i).get());
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
