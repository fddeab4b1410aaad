package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.HookHandle;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class OptimizerHooksTest {
    private final Tensor p = Tensor.of(new double[] {1}).setRequiresGrad(true);
    private final SGD sgd = new SGD(List.of(p), 0.5);
    private final List<String> calls = new ArrayList<>();

    @Test
    void stepsAreHooked() {
        sgd.registerStepPreHook(o -> calls.add("before " + p.item()));
        HookHandle handle = sgd.registerStepPostHook(o -> calls.add("after " + p.item()));
        sgd.step(() -> {
            calls.add("closure");
            p.setGrad(p.onesLike());
            return p;
        });
        handle.remove();
        sgd.step();
        assertEquals(List.of("before 1.0", "closure", "after 0.5", "before 0.5"), calls);
    }

    @Test
    void aHookRegisteredTwiceRunsTwiceAndMayRemoveItself() {
        Consumer<Optimizer> hook = o -> calls.add("x");
        HookHandle first = sgd.registerStepPreHook(hook);
        sgd.registerStepPreHook(hook);
        HookHandle[] own = new HookHandle[1];
        own[0] = sgd.registerStepPreHook(o -> {
            calls.add("once");
            own[0].remove();
        });
        sgd.step();
        first.remove();
        sgd.step();
        assertEquals(List.of("x", "x", "once", "x"), calls);
    }

    @Test
    void savingIsHooked() {
        sgd.registerStateDictPreHook(o -> calls.add("pre"));
        sgd.registerStateDictPostHook((o, state) -> {
            calls.add("post");
            state.put("note", 1L);
            return null;
        });
        assertEquals(1L, sgd.stateDict().get("note"));
        assertEquals(List.of("pre", "post"), calls);
        Map<String, Object> other = Map.of();
        sgd.registerStateDictPostHook((o, state) -> other);
        assertSame(other, sgd.stateDict());
    }

    @Test
    void loadingIsHooked() {
        Map<String, Object> saved = new LinkedHashMap<>(new SGD(List.of(p), 0.25).stateDict());
        saved.put("extra", 1L);
        sgd.registerLoadStateDictPreHook((o, state) -> {
            calls.add("pre " + state.remove("extra"));
            return null;
        });
        sgd.registerLoadStateDictPreHook((o, state) -> new SGD(List.of(p), 0.125).stateDict());
        sgd.registerLoadStateDictPostHook(o -> calls.add("post " + o.getLr()));
        sgd.loadStateDict(saved);
        assertEquals(List.of("pre 1", "post 0.125"), calls);
        assertTrue(saved.containsKey("extra"));
    }

    @Test
    void anOptimizerKnowsWhetherItStepped() {
        assertFalse(sgd.hasStepped());
        sgd.step();
        assertTrue(sgd.hasStepped());
    }
}
