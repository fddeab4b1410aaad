package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.nn.TestModules.Counting;
import io.candela.nn.TestModules.Tied;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Collecting a module's state. */
class StateDictTest {
    @Test
    void valuesAreDetachedButShareMemory() {
        Linear layer = new Linear(2, 2);
        StateDict state = layer.stateDict();
        Tensor weight = (Tensor) state.get("weight");
        assertFalse(weight.requiresGrad());
        assertSame(layer.weight().storage(), weight.storage());
        Autograd.noGrad(() -> {
            layer.weight().fillInPlace(3);
        });
        assertEquals(12, weight.sum().item(), "a later step shows");
    }

    @Test
    void aSnapshotStaysAndKeepsTies() {
        Tied tied = new Tied();
        StateDict snapshot = tied.stateDictSnapshot();
        assertEquals(tied.stateDict().keySet(), snapshot.keySet());
        assertEquals(tied.stateDict().metadata(), snapshot.metadata());
        double before = tied.scale.item();
        Autograd.noGrad(() -> {
            tied.scale.fillInPlace(before + 1);
        });
        assertEquals(before, ((Tensor) snapshot.get("scale")).item());
        assertNotSame(tied.encoder.weight().storage(), ((Tensor) snapshot.get("encoder.weight")).storage());
        assertSame(((Tensor) snapshot.get("encoder.weight")).storage(), ((Tensor) snapshot.get("decoder.weight")).storage());
        assertFalse(((Tensor) snapshot.get("scale")).requiresGrad());
    }

    @Test
    void aSharedTensorStandsUnderEachName() {
        Tied tied = new Tied();
        StateDict state = tied.stateDict();
        assertSame(((Tensor) state.get("encoder.weight")).storage(), ((Tensor) state.get("decoder.weight")).storage());
        assertTrue(state.containsKey("again.weight"));
    }

    @Test
    void buffersThatAreNotPersistentAreLeftOut() {
        Tied tied = new Tied();
        assertTrue(tied.namedBuffers().containsKey("cache"));
        assertFalse(tied.stateDict().containsKey("cache"));
        assertTrue(tied.loadStateDict(tied.stateDict()).missingKeys().isEmpty());
    }

    @Test
    void metadataHasTheVersionOfEachModule() {
        Sequential root = new Sequential(new ReLU());
        root.register("counting", new Counting());
        StateDict state = root.stateDict();
        assertEquals(List.of("", "0", "counting"), List.copyOf(state.metadata().keySet()));
        assertEquals(1L, state.version(""));
        assertEquals(1L, state.version("0"));
        assertEquals(2L, state.version("counting"));
    }

    @Test
    void extraStateStandsAfterTheModulesOwnTensors() {
        assertEquals(Map.of("epoch", 3), new Tied().stateDict().get("_extra_state"));
    }

    @Test
    void hooksRunBeforeAndAfterTheModulesEntries() {
        Sequential root = new Sequential(new Linear(1, 1));
        List<String> seen = new ArrayList<>();
        root.registerStateDictPreHook((module, state, prefix) -> seen.add("root before " + state.keySet()));
        HookHandle handle = root.get(0).registerStateDictPreHook((module, state, prefix) -> seen.add(prefix + " before " + state.keySet()));
        root.get(0).registerStateDictHook((module, state, prefix) -> state.remove(prefix + "bias"));
        root.registerStateDictHook((module, state, prefix) -> state.put("added", Tensor.zeros(1)));
        assertEquals(List.of("0.weight", "added"), List.copyOf(root.stateDict().keySet()));
        assertEquals(List.of("root before []", "0. before []"), seen);
        handle.remove();
        handle.remove();
        root.stateDict();
        assertEquals(3, seen.size());
        try (var temporary = root.registerStateDictHook((module, state, prefix) -> state.clear())) {
            assertTrue(root.stateDict().isEmpty());
        }
        assertFalse(root.stateDict().isEmpty());
    }
}
