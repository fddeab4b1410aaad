package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.HookHandle;
import io.candela.nn.TestModules.Counting;
import io.candela.nn.TestModules.Holder;
import io.candela.nn.TestModules.Mlp;
import io.candela.nn.TestModules.Tied;
import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loading a state into a module. */
class LoadStateDictTest {
    private static final LoadOptions LENIENT = LoadOptions.defaults().withStrict(false);

    /** A load must be refused with this message and leave every tensor bit for bit as it was. */
    private static void assertRefused(String message, Module module, Map<String, ?> state, LoadOptions options) {
        StateDict before = TestModules.everything(module);
        StateDictException e = assertThrows(StateDictException.class, () -> module.loadStateDict(state, options));
        assertEquals(message, e.getMessage());
        before.forEach((name, tensor) -> assertTrue(((Tensor) tensor).equal((Tensor) TestModules.everything(module).get(name)), name + " was changed"));
    }

    private static void assertRefused(String message, Module module, Map<String, ?> state) {
        assertRefused(message, module, state, LoadOptions.defaults());
    }

    @Test
    void copiesInPlace() {
        Mlp model = new Mlp();
        Tensor weight = model.hidden.weight();
        weight.setRequiresGrad(false);
        StateDict state = TestModules.filled(model, 0.5);
        state.replaceAll((name, t) -> ((Tensor) t).to(DType.FLOAT64));
        LoadResult result = model.loadStateDict(state);
        assertEquals("<All keys matched successfully>", result.toString());
        assertSame(weight, model.getParameter("hidden.weight"));
        assertEquals(DType.FLOAT32, weight.dtype());
        assertEquals(16, weight.sum().item());
        assertFalse(weight.requiresGrad());
        assertTrue(model.hidden.bias().requiresGrad() && model.hidden.bias().isLeaf(), "loading adds nothing to a graph");
    }

    @Test
    void keepsTheGradientAndItsGraphIsNotWalkedWithOtherValues() {
        Linear layer = new Linear(2, 2);
        layer.forward(Tensor.ones(1, 2)).sum().backward();
        Tensor gradient = layer.weight().grad();
        layer.loadStateDict(TestModules.filled(layer, 1));
        assertSame(gradient, layer.weight().grad());
        Tensor x = Tensor.ones(1, 2).setRequiresGrad(true);
        Tensor y = layer.forward(x).sum();
        layer.loadStateDict(TestModules.filled(layer, 2));
        assertThrows(io.candela.autograd.GraphException.class, y::backward, "x's gradient needs the former weight");
    }

    @Test
    void allProblemsAreNamedAtOnceAndNothingChanges() {
        Mlp model = new Mlp();
        StateDict state = TestModules.filled(model, 9);
        state.remove("hidden.bias");
        state.remove("output.bias");
        state.put("hidden.bais", Tensor.zeros(8));
        state.put("extra", Tensor.zeros(1));
        state.put("hidden.weight", Tensor.zeros(4, 8));
        state.put("output.weight", "text");
        assertRefused("""
                Mlp.loadStateDict: 6 problems, nothing was loaded
                \tmissing key(s): "hidden.bias" (8), "output.bias" (3)
                \tunexpected key(s): "extra", "hidden.bais" (meant "hidden.bias"?)
                \tsize mismatch for hidden.weight: model (8, 4), file (4, 8)
                \toutput.weight: expected a tensor, file has String""", model, state);
        assertRefused("""
                Mlp.loadStateDict: 2 problems, nothing was loaded
                \tsize mismatch for hidden.weight: model (8, 4), file (4, 8)
                \toutput.weight: expected a tensor, file has String""", model, state, LENIENT);
        assertRefused("""
                Mlp.loadStateDict: 1 problem, nothing was loaded
                \toutput.weight: expected a tensor, file has String""", model, state, LENIENT.withSkipMismatched(true));
    }

    @Test
    void lenientLoadsFillTheListsAndLoadTheRest() {
        Mlp model = new Mlp();
        Tensor before = model.output.weight().detach().clone();
        StateDict state = TestModules.filled(model, 9);
        state.remove("hidden.bias");
        state.put("more", Tensor.zeros(1));
        state.put("output.weight", Tensor.zeros(3, 9));
        LoadResult result = model.loadStateDict(state, LENIENT.withSkipMismatched(true));
        assertEquals(List.of("hidden.bias"), result.missingKeys());
        assertEquals(List.of("more"), result.unexpectedKeys());
        assertEquals(List.of("output.weight"), result.mismatchedKeys());
        assertFalse(result.isComplete());
        assertEquals("_IncompatibleKeys(missing_keys=['hidden.bias'], unexpected_keys=['more'], mismatched_keys=['output.weight'])", result.toString());
        assertEquals(9, model.hidden.weight().at(0, 0));
        assertTrue(before.equal(model.output.weight()));
    }

    @Test
    void shapesMatchExactly() {
        assertRefused("Holder.loadStateDict: 1 problem, nothing was loaded\n\tsize mismatch for value: model (32, 3), file (1, 3)",
                new Holder(Tensor.zeros(32, 3)), Map.of("value", Tensor.ones(1, 3)));
        assertRefused("Holder.loadStateDict: 1 problem, nothing was loaded\n\tsize mismatch for value: model (1), file ()",
                new Holder(Tensor.zeros(1)), Map.of("value", Tensor.scalar(1.0)), LENIENT);
        assertRefused("Holder.loadStateDict: 1 problem, nothing was loaded\n\tsize mismatch for value: model (), file (2)",
                new Holder(Tensor.scalar(0.0)), Map.of("value", Tensor.ones(2)));
    }

    @Test
    void aVectorOfOneElementLoadsIntoAScalar() {
        Holder holder = new Holder(Tensor.scalar(0.0));
        holder.loadStateDict(Map.of("value", Tensor.of(new float[] {5})));
        assertEquals(5, holder.value.item());
        holder.loadStateDict(Map.of("value", Tensor.of(new float[] {6})), LoadOptions.defaults().withAssign(true));
        assertEquals("tensor(6., requires_grad=True)", holder.value.toString());
    }

    @Test
    void keysBelowParametersAndEmptySlotsAreUnexpected() {
        Tied tied = new Tied();
        StateDict state = tied.stateDict();
        for (String key : new String[] {"encoder.weight.x", "encoder", "nothing", "none", "cache", "later.weight", "later", "decoder.bias", "", "."}) {
            state.put(key, Tensor.zeros(1));
        }
        LoadResult result = tied.loadStateDict(state, LENIENT);
        assertTrue(result.missingKeys().isEmpty());
        // PyTorch is silent about what lies below an empty slot of a module
        assertEquals(List.of("encoder", "nothing", "none", "cache", "later.weight", "later", "", ".", "encoder.weight.x", "decoder.bias"),
                result.unexpectedKeys());
    }

    @Test
    void whatIsNoMapOfNamesIsRefused() {
        Linear layer = new Linear(1, 1);
        assertEquals("Linear.loadStateDict: state must be a map of tensors by name, got null",
                assertThrows(IllegalArgumentException.class, () -> layer.loadStateDict(null)).getMessage());
        Map<Object, Object> raw = new LinkedHashMap<>(layer.stateDict());
        raw.put(5, Tensor.zeros(1));
        @SuppressWarnings("unchecked")
        Map<String, Object> disguised = (Map<String, Object>) (Map<?, ?>) raw;
        assertEquals("Linear.loadStateDict: keys must be strings, got 5",
                assertThrows(IllegalArgumentException.class, () -> layer.loadStateDict(disguised)).getMessage());
        Map<String, Object> holes = new HashMap<>(layer.stateDict());
        holes.put("bias", null);
        assertRefused("Linear.loadStateDict: 1 problem, nothing was loaded\n\tbias: expected a tensor, file has null", layer, holes);
    }

    @Test
    void releasedMemoryIsRefusedBeforeAnythingChanges() {
        Linear layer = new Linear(1, 1);
        StateDict state = TestModules.filled(layer, 3);
        ((Tensor) state.get("bias")).release();
        assertRefused("Linear.loadStateDict: 1 problem, nothing was loaded\n\tbias: the tensor's memory was released", layer, state);
    }

    @Test
    void assignTakesOverMemoryAndTypeAndKeepsTheTensor() {
        Linear layer = new Linear(2, 2);
        layer.bias().setRequiresGrad(false);
        Tensor weight = layer.weight();
        weight.setGrad(Tensor.ones(2, 2));
        StateDict state = layer.stateDictSnapshot();
        state.replaceAll((name, t) -> ((Tensor) t).to(DType.FLOAT64));
        layer.loadStateDict(state, LoadOptions.defaults().withAssign(true));
        // PyTorch puts a new parameter in its place, which an optimizer built before does not see; here fields are final, and it does
        assertSame(weight, layer.getParameter("weight"));
        assertEquals(DType.FLOAT64, weight.dtype());
        assertSame(((Tensor) state.get("weight")).storage(), weight.storage());
        assertTrue(weight.requiresGrad() && !layer.bias().requiresGrad());
        assertNull(weight.grad(), "the gradient was that of other contents");
        layer.forward(Tensor.ones(DType.FLOAT64, 1, 2)).sum().backward();
        assertEquals(DType.FLOAT64, weight.grad().dtype());
        Map<String, Tensor> integers = Map.of("weight", Tensor.of(new long[4], 2, 2), "bias", Tensor.of(new long[2], 2));
        assertRefused("Linear.loadStateDict: 1 problem, nothing was loaded\n\tweight: a parameter that requires a gradient cannot take over int64 from "
                + "the file; load without assign to convert", layer, integers, LoadOptions.defaults().withAssign(true));
        layer.loadStateDict(integers);
        assertEquals(0, weight.abs().sum().item());
    }

    @Test
    void tiedWeights() {
        Tied tied = new Tied();
        StateDict state = tied.stateDictSnapshot();
        state.remove("encoder.weight");
        assertEquals(List.of("encoder.weight"), tied.loadStateDict(state, LENIENT).missingKeys());
        state = tied.stateDictSnapshot();
        state.remove("decoder.weight");
        assertEquals(List.of("decoder.weight"), tied.loadStateDict(state, LENIENT).missingKeys());
        state = tied.stateDictSnapshot();
        state.put("encoder.weight", Tensor.full(tied.encoder.weight().shape(), 1, DType.FLOAT32, tied.scale.device()));
        state.put("decoder.weight", Tensor.full(tied.encoder.weight().shape(), 2, DType.FLOAT32, tied.scale.device()));
        state.put("again.weight", Tensor.full(tied.encoder.weight().shape(), 3, DType.FLOAT32, tied.scale.device()));
        tied.loadStateDict(state);
        assertEquals(3, tied.encoder.weight().at(0, 0), "the last one in the order of the walk wins");
    }

    @Test
    void olderVersionsAreUpgraded() {
        Sequential root = new Sequential();
        Counting counting = root.register("c", new Counting());
        StateDict old = new StateDict(Map.of("c.mean", Tensor.ones(2)));
        assertTrue(root.loadStateDict(old).isComplete(), "no version");
        assertEquals(0, counting.batches.itemLong());
        old.setVersion("c", 1);
        assertTrue(root.loadStateDict(old).isComplete());
        assertFalse(old.containsKey("c.batches"), "the caller's map is not touched");
        old.setVersion("c", 2);
        assertRefused("Sequential.loadStateDict: 1 problem, nothing was loaded\n\tmissing key(s): \"c.batches\" ()", root, old);
        StateDict wrapped = new StateDict();
        old.forEach((key, value) -> wrapped.put("module." + key, value));
        wrapped.setVersion("module.c", 2);
        assertEquals(List.of("c.batches"), root.loadStateDict(wrapped, LENIENT.withStripPrefix("module.")).missingKeys(), "versions are stripped too");
    }

    @Test
    void keysAreRenamedByPattern() {
        Sequential root = new Sequential();
        Counting counting = root.register("c", new Counting());
        StateDict old = new StateDict(Map.of("wrapped.stats0.mean", Tensor.ones(2)));
        old.setVersion("wrapped.stats0", 2);
        LoadOptions options = LENIENT.withStripPrefix("wrapped.").withRename("^stats(\\d)\\.", "block$1.").withRename("^block0\\.", "c.");
        assertEquals(List.of("c.batches"), root.loadStateDict(old, options).missingKeys(), "versions are renamed too");
        assertEquals(1, counting.mean.sum().item() / 2);
        var e = assertThrows(IllegalArgumentException.class,
                () -> root.loadStateDict(Map.of("a.x", Tensor.ones(1), "b.x", Tensor.ones(1)), LENIENT.withRename("^[ab]", "c")));
        assertTrue(e.getMessage().endsWith("both become c.x; narrow the pattern or the prefix"), e.getMessage());
    }

    @Test
    void extraStateIsMissingOrUnexpected() {
        Tied tied = new Tied();
        StateDict state = tied.stateDict();
        state.put("_extra_state", Map.of("epoch", 8));
        tied.loadStateDict(state);
        assertEquals(8, tied.epoch);
        state.remove("_extra_state");
        assertRefused("Tied.loadStateDict: 1 problem, nothing was loaded\n\tmissing key(s): \"_extra_state\"", tied, state);
        Linear plain = new Linear(1, 1);
        StateDict more = plain.stateDict();
        more.put("_extra_state", 1);
        assertRefused("Linear.loadStateDict: 1 problem, nothing was loaded\n\tunexpected key(s): \"_extra_state\"", plain, more);
    }

    @Test
    void extraStateThatIsRefusedLeavesAllAsItWas() {
        Tied tied = new Tied();
        StateDict before = TestModules.everything(tied);
        StateDict state = TestModules.filled(tied, 4);
        state.put("_extra_state", "no map");
        assertThrows(ClassCastException.class, () -> tied.loadStateDict(state));
        before.forEach((name, t) -> assertTrue(((Tensor) t).equal((Tensor) TestModules.everything(tied).get(name)), name));
        assertEquals(3, tied.epoch);
    }

    @Test
    void preHooksMayRenameKeysInAPrivateCopy() {
        Sequential root = new Sequential(new Linear(1, 1));
        StateDict state = TestModules.filled(root, 2);
        state.put("0.kernel", state.remove("0.weight"));
        List<String> keys = List.copyOf(state.keySet());
        HookHandle handle = root.get(0).registerLoadStateDictPreHook((module, local, prefix, version) -> {
            assertEquals(1L, version);
            local.put(prefix + "weight", local.remove(prefix + "kernel"));
        });
        assertTrue(root.loadStateDict(state).isComplete());
        assertEquals(2, root.getParameter("0.weight").item());
        assertEquals(keys, List.copyOf(state.keySet()), "the caller's map is not touched");
        handle.remove();
        assertThrows(StateDictException.class, () -> root.loadStateDict(state));
    }

    @Test
    void aPostHookThatClearsTheListsPreventsTheError() {
        Sequential root = new Sequential(new Linear(1, 1), new ReLU());
        List<String> order = new ArrayList<>();
        HookHandle clearing = root.registerLoadStateDictPostHook((module, result) -> {
            order.add("root " + root.getParameter("0.weight").item());
            result.missingKeys().clear();
            result.unexpectedKeys().clear();
        });
        root.get(1).registerLoadStateDictPostHook((module, result) -> order.add("1 " + result.missingKeys()));
        assertTrue(root.loadStateDict(Map.of("0.weight", Tensor.full(root.getParameter("0.weight").shape(), 7, DType.FLOAT32,
                root.getParameter("0.weight").device()), "x", Tensor.zeros(1))).isComplete());
        assertEquals(List.of("1 [0.bias]", "root 7.0"), order);
        clearing.remove();
        for (LoadOptions options : List.of(LoadOptions.defaults(), LoadOptions.defaults().withAssign(true))) {
            assertRefused("Sequential.loadStateDict: 1 problem, nothing was loaded\n\tmissing key(s): \"0.bias\" (1)", root,
                    Map.of("0.weight", Tensor.zeros(1, 1)), options);
            assertEquals(7, root.getParameter("0.weight").item(), "put back after the hooks ran");
        }
        root.registerLoadStateDictPostHook((module, result) -> {
            throw new IllegalStateException("no");
        });
        assertThrows(IllegalStateException.class, () -> root.loadStateDict(TestModules.filled(root, 1)));
        assertEquals(7, root.getParameter("0.weight").item());
    }

    @Test
    void wrappersPrefixesAreSuggestedAndStrippedOnRequest() {
        for (String prefix : new String[] {"module.", "_orig_mod.", "model.backbone."}) {
            Mlp model = new Mlp();
            StateDict state = new StateDict();
            TestModules.filled(model, 1).forEach((key, value) -> state.put(prefix + key, value));
            StateDictException e = assertThrows(StateDictException.class, () -> model.loadStateDict(state));
            assertTrue(e.getMessage().contains("; the file's keys start with \"" + prefix
                    + "\": strip it with LoadOptions.defaults().withStripPrefix(\"" + prefix + "\")"), e.getMessage());
            assertTrue(model.loadStateDict(state, LoadOptions.defaults().withStripPrefix(prefix)).isComplete());
            assertEquals(1, model.output.bias().at(0));
        }
        Mlp model = new Mlp();
        assertFalse(assertThrows(StateDictException.class, () -> model.loadStateDict(new Linear(1, 1).stateDict())).getMessage().contains("strip"));
    }

    @Test
    void loadingOwnStateChangesNothing() {
        Mlp model = new Mlp();
        StateDict before = TestModules.everything(model);
        model.loadStateDict(model.stateDict());
        before.forEach((name, t) -> assertTrue(((Tensor) t).equal(model.getParameter(name))));
        assertNotEquals(0, before.size());
    }
}
