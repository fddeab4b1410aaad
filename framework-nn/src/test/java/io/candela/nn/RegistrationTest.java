package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.GraphException;
import io.candela.nn.TestModules.Tied;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Registration, and the walks over what was registered. */
class RegistrationTest {
    private static final Map<String, List<String>> KEYS = GoldenText.cases("keys.txt");

    private static void assertKeys(String walk, Collection<String> keys) {
        assertEquals(KEYS.get(walk), keys.stream().map(k -> k.isEmpty() ? "<root>" : k).toList(), walk);
    }

    private static String refusal(Class<? extends Throwable> type, org.junit.jupiter.api.function.Executable call) {
        return assertThrows(type, call).getMessage();
    }

    @Test
    void registerReturnsItsArgument() {
        Sequential module = new Sequential();
        Tensor t = Tensor.zeros(2);
        assertSame(t, module.register("t", t));
        assertTrue(t.requiresGrad());
        Tensor b = Tensor.zeros(2);
        assertSame(b, module.registerBuffer("b", b));
        assertFalse(b.requiresGrad());
        ReLU child = new ReLU();
        assertSame(child, module.register("c", child));
    }

    @Test
    void namesMustNotBeEmptyOrHaveDotsOrBeTaken() {
        Sequential module = new Sequential(new ReLU());
        module.register("p", Tensor.zeros(1));
        module.registerBuffer("b", null);
        assertEquals("Sequential.register: the name of a parameter must not be empty or contain a dot, got ''",
                refusal(IllegalArgumentException.class, () -> module.register("", Tensor.zeros(1))));
        assertEquals("Sequential.register: the name of a buffer must not be empty or contain a dot, got 'a.b'",
                refusal(IllegalArgumentException.class, () -> module.registerBuffer("a.b", Tensor.zeros(1))));
        assertEquals("Sequential.register: the name of a module must not be empty or contain a dot, got '.'",
                refusal(IllegalArgumentException.class, () -> module.register(".", new ReLU())));
        for (String taken : new String[] {"p", "b", "0"}) {
            assertThrows(IllegalArgumentException.class, () -> module.register(taken, Tensor.zeros(1)));
            assertThrows(IllegalArgumentException.class, () -> module.registerBuffer(taken, Tensor.zeros(1)));
            assertThrows(IllegalArgumentException.class, () -> module.register(taken, new ReLU()));
        }
        assertEquals("Sequential.register: 'b' is taken by a buffer", refusal(IllegalArgumentException.class, () -> module.register("b", new ReLU())));
        assertEquals(List.of("p"), List.copyOf(module.stateDict().keySet()));
    }

    @Test
    void emptySlotsHaveNoKeys() {
        Tied tied = new Tied();
        assertNull(tied.nothing);
        for (Collection<String> keys : List.of(tied.stateDict().keySet(), tied.namedParameters().keySet(), tied.namedBuffers().keySet(),
                tied.namedModules().keySet(), tied.namedChildren().keySet())) {
            assertFalse(keys.contains("nothing") || keys.contains("none") || keys.contains("later"), keys::toString);
        }
        assertThrows(IllegalArgumentException.class, () -> tied.register("nothing", Tensor.zeros(1)), "the name is taken all the same");
    }

    @Test
    void whatCannotBeAParameter() {
        Sequential module = new Sequential();
        assertEquals("Sequential.register: parameter 'w' must be floating point, got int64; a buffer may be of any type",
                refusal(DTypeException.class, () -> module.register("w", Tensor.arange(3))));
        Tensor result = Tensor.zeros(3).setRequiresGrad(true).mul(2.0);
        assertEquals("Sequential.register: parameter 'w' (3) is the result of an operation; detach() it",
                refusal(GraphException.class, () -> module.register("w", result)));
    }

    @Test
    void aModuleCannotContainItself() {
        Sequential inner = new Sequential();
        Sequential outer = new Sequential(new ReLU(), inner);
        assertThrows(IllegalArgumentException.class, () -> inner.append(inner));
        assertEquals("Sequential.register: '0' (Sequential) contains this module, so it cannot become its child",
                refusal(IllegalArgumentException.class, () -> inner.append(outer)));
        assertEquals(0, inner.size());
    }

    @Test
    void orderAndNamesAsInPyTorch() {
        Tied tied = new Tied();
        assertKeys("state_dict", tied.stateDict().keySet());
        assertKeys("metadata", tied.stateDict().metadata().keySet());
        assertKeys("named_parameters", tied.namedParameters().keySet());
        assertKeys("named_parameters all", tied.namedParameters("", true, false).keySet());
        assertKeys("named_parameters own", tied.namedParameters("p", false, true).keySet());
        assertKeys("named_buffers", tied.namedBuffers().keySet());
        assertKeys("named_modules", tied.namedModules().keySet());
        assertKeys("named_modules all", tied.namedModules("", false).keySet());
        assertKeys("named_children", tied.namedChildren().keySet());
    }

    @Test
    void applyVisitsChildrenBeforeTheirParent() {
        List<String> order = new ArrayList<>();
        new Tied().apply(module -> order.add(module.typeName()));
        assertKeys("apply", order);
    }

    @Test
    void listsFollowTheMaps() {
        Tied tied = new Tied();
        assertEquals(identities(tied.namedParameters().values()), identities(tied.parameters()));
        assertEquals(identities(tied.namedBuffers().values()), identities(tied.buffers()));
        assertEquals(List.copyOf(tied.namedModules().values()), tied.modules());
        assertEquals(List.copyOf(tied.namedChildren().values()), tied.children());
        assertEquals(List.of("x", "x.0"), List.copyOf(new Sequential(new ReLU()).namedModules("x", true).keySet()));
    }

    private static List<Integer> identities(Collection<Tensor> tensors) {
        return tensors.stream().map(System::identityHashCode).collect(Collectors.toList());
    }

    @Test
    void duplicatesAreToldByIdentityAlone() {
        /** Equal to every other one. */
        final class Same extends Layer {
            @Override
            public Tensor forward(Tensor x) {
                return x;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Same;
            }

            @Override
            public int hashCode() {
                return 1;
            }
        }
        Sequential module = new Sequential(new Same(), new Same());
        assertEquals(3, module.namedModules().size());
        assertEquals(2, module.namedChildren().size());
        Sequential twins = new Sequential();
        twins.register("a", Tensor.zeros(2));
        twins.register("b", Tensor.zeros(2));
        assertEquals(2, twins.parameters().size(), "equal elements are not the same tensor");
    }

    @Test
    void theOrderIsThatOfRegistration() {
        List<String> names = new ArrayList<>();
        Sequential module = new Sequential();
        for (int i = 0; i < 100; i++) { // enough for any hash order to show
            String name = Integer.toString(i * 7919 % 100, 36) + "x" + i;
            names.add(name);
            module.register(name, Tensor.zeros(1));
        }
        assertEquals(names, List.copyOf(module.namedParameters().keySet()));
        assertEquals(names, List.copyOf(module.stateDict().keySet()));
    }

    @Test
    void pathsLeadToModulesAndTensors() {
        Tied tied = new Tied();
        assertSame(tied, tied.getSubmodule(""));
        assertSame(tied.blocks.get(0), tied.getSubmodule("blocks.0"));
        assertSame(tied.encoder.weight(), tied.getParameter("decoder.weight"));
        assertSame(tied.scale, tied.getParameter("scale"));
        assertSame(tied.cache, tied.getBuffer("cache"));
        assertEquals("Tied: no module at 'blocks.7': ModuleList has [0, 1, 2]",
                refusal(IllegalArgumentException.class, () -> tied.getSubmodule("blocks.7")));
        assertEquals("Tied: no parameter at 'encoder.wait': Linear has [weight, bias]",
                refusal(IllegalArgumentException.class, () -> tied.getParameter("encoder.wait")));
        assertThrows(IllegalArgumentException.class, () -> tied.getBuffer("encoder.weight"));
    }

    @Test
    void containers() {
        ReLU relu = new ReLU();
        Tanh tanh = new Tanh();
        Sequential sequential = new Sequential(relu, tanh);
        assertSame(tanh, sequential.get(-1));
        assertEquals(2, sequential.size());
        List<Layer> seen = new ArrayList<>();
        sequential.forEach(seen::add);
        assertEquals(List.of(relu, tanh), seen);
        assertThrows(IndexOutOfBoundsException.class, () -> sequential.get(2));
        assertThrows(IllegalArgumentException.class, () -> sequential.append(null));
        Map<String, Layer> named = new LinkedHashMap<>();
        named.put("fc", new Linear(2, 2));
        named.put("act", relu);
        assertEquals(List.of("fc.weight", "fc.bias"), List.copyOf(new Sequential(named).stateDict().keySet()));
        ModuleList<Layer> list = new ModuleList<>(List.of(relu));
        assertSame(tanh, list.append(tanh).get(1));
        assertEquals("ModuleList: index 2 is out of range for 2 modules", refusal(IndexOutOfBoundsException.class, () -> list.get(2)));
        ModuleDict<Layer> dict = new ModuleDict<>(named);
        assertSame(relu, dict.get("act"));
        assertTrue(dict.contains("fc") && !dict.contains("x"));
        assertEquals(List.of("fc", "act"), List.copyOf(dict.asMap().keySet()));
        assertEquals("ModuleDict: no module 'x'; there are [fc, act]", refusal(IllegalArgumentException.class, () -> dict.get("x")));
        assertThrows(IllegalArgumentException.class, () -> dict.put("fc", relu));
        assertEquals(2, dict.size());
    }

    @Test
    void aScopeDoesNotReleaseWhatAModuleOwns() {
        Linear layer;
        try (var scope = TensorScope.open()) {
            layer = new Linear(2, 2);
            layer.registerBuffer("b", Tensor.ones(2));
            layer.to(DType.FLOAT64);
        }
        assertEquals(2, layer.forward(Tensor.ones(DType.FLOAT64, 1, 2)).numel());
        assertEquals(2, layer.getBuffer("b").sum().item());
    }
}
