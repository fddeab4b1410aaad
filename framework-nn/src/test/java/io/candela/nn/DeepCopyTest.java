package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.nn.TestModules.Mlp;
import io.candela.nn.TestModules.Tied;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Independent copies. */
class DeepCopyTest {
    private static Set<Storage> storages(Module module) {
        Set<Storage> out = Collections.newSetFromMap(new IdentityHashMap<>());
        module.parameters().forEach(t -> out.add(t.storage()));
        module.buffers().forEach(t -> out.add(t.storage()));
        return out;
    }

    @Test
    void keepsTiesAndModeAndSharesNothing() {
        Tied original = new Tied();
        original.encoder.bias().setRequiresGrad(false);
        original.encoder.weight().setGrad(Tensor.ones(3, 3));
        original.blocks.eval();
        Tied copy = Module.deepCopy(original);
        assertEquals(original.toString(), copy.toString());
        assertEquals(original.stateDict().keySet(), copy.stateDict().keySet());
        assertSame(copy.encoder.weight(), copy.getParameter("decoder.weight"));
        assertSame(copy.encoder, copy.again);
        assertSame(copy.encoder, copy.getSubmodule("encoder"), "fields are those of the copy");
        assertSame(copy.cache, copy.getBuffer("cache"));
        assertFalse(copy.blocks.isTraining() || copy.blocks.get(0).isTraining());
        assertTrue(copy.isTraining());
        assertFalse(copy.encoder.bias().requiresGrad());
        assertTrue(copy.encoder.weight().requiresGrad() && copy.encoder.weight().isLeaf());
        assertNull(copy.encoder.weight().grad(), "PyTorch does not copy gradients of parameters");
        Set<Storage> shared = storages(original);
        shared.retainAll(storages(copy));
        assertTrue(shared.isEmpty());
        assertSame(copy.heads.get("a"), copy.getSubmodule("heads.a"));
        assertNotSame(original.heads.get("a"), copy.heads.get("a"));
    }

    @Test
    void computesTheSameAndLearnsAlone() {
        Mlp original = new Mlp();
        Mlp copy = Module.deepCopy(original);
        Tensor x = Tensor.ones(2, 4);
        Tensor before = original.forward(x).detach();
        assertTrue(before.equal(copy.forward(x)));
        Autograd.noGrad(() -> {
            copy.parameters().forEach(Tensor::zeroInPlace);
        });
        assertTrue(before.equal(original.forward(x)));
        assertFalse(before.equal(copy.forward(x)));
        Sequential sequential = new Sequential(new Linear(4, 2), new Sequential(new Tanh()));
        Sequential second = Module.deepCopy(sequential);
        Autograd.noGrad(() -> {
            second.parameters().forEach(Tensor::zeroInPlace);
        });
        assertEquals(0, second.forward(x).sum().item());
        assertSame(second.get(0), second.getSubmodule("0"));
        second.append(new ReLU());
        assertEquals(2, sequential.size());
    }

    @Test
    void copiesWhatFieldsHold() {
        final class Rich extends Module {
            final List<Linear> list = new ArrayList<>();
            final Map<String, Tensor> fixed = Map.of("t", Tensor.ones(2));
            final Tensor[] array = {Tensor.zeros(1), null};
            final int[] numbers = {1, 2};
            final Runnable function = () -> { };
            final Rich self = this;
            String name = "rich";
            int count = 5;

            Rich() {
                list.add(register("fc", new Linear(1, 1)));
            }
        }
        Rich original = new Rich();
        Rich copy = Module.deepCopy(original);
        assertSame(copy.list.get(0), copy.getSubmodule("fc"));
        assertNotSame(original.fixed.get("t"), copy.fixed.get("t"));
        assertTrue(original.fixed.get("t").equal(copy.fixed.get("t")));
        assertNotSame(original.array[0], copy.array[0]);
        assertNotSame(original.numbers, copy.numbers);
        assertEquals(2, copy.numbers[1]);
        assertSame(original.function, copy.function);
        assertSame(copy, copy.self);
        assertEquals("rich5", copy.name + copy.count);
    }

    @Test
    void hooksAreCopiedButRemovedSeparately() {
        Linear original = new Linear(1, 1);
        List<Layer> seen = new ArrayList<>();
        HookHandle handle = original.registerForwardHook((layer, in, out) -> {
            seen.add(layer);
            return null;
        });
        Linear copy = Module.deepCopy(original);
        handle.remove();
        copy.forward(Tensor.ones(1, 1));
        original.forward(Tensor.ones(1, 1));
        assertEquals(List.of(copy), seen);
    }
}
