package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Tensor;
import io.candela.tensor.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Options, refusals and rules of the optimizers beside SGD and Adam. */
class KindsTest {
    private static List<Tensor> one() {
        return List.of(Tensor.of(new double[] {1}).setRequiresGrad(true));
    }

    private static void assertOptions(String expected, Optimizer optimizer) {
        assertEquals(expected, optimizer.paramGroups().get(0).options().toString());
        assertEquals(expected, optimizer.defaults().toString());
    }

    @Test
    void everyOptionReachesTheGroups() {
        assertOptions("{lr=0.1, betas=[0.2, 0.3], eps=0.4, weight_decay=0.5, amsgrad=true, maximize=true, foreach=null, capturable=false, "
                + "differentiable=false, fused=null, decoupled_weight_decay=true}",
                new AdamW(one(), AdamW.options().lr(0.1).betas(0.2, 0.3).eps(0.4).weightDecay(0.5).amsgrad(true).maximize(true)));
        assertOptions("{lr=0.1, betas=[0.2, 0.3], eps=0.4, weight_decay=0.5, momentum_decay=0.6, decoupled_weight_decay=true, maximize=true, "
                + "foreach=null, capturable=false, differentiable=false}", new NAdam(one(), NAdam.options().lr(0.1).betas(0.2, 0.3).eps(0.4)
                .weightDecay(0.5).momentumDecay(0.6).decoupledWeightDecay(true).maximize(true)));
        assertOptions("{lr=0.1, betas=[0.2, 0.3], eps=0.4, weight_decay=0.5, maximize=true, foreach=null, capturable=false, "
                + "decoupled_weight_decay=true, differentiable=false}", new RAdam(one(), RAdam.options().lr(0.1).betas(0.2, 0.3).eps(0.4)
                .weightDecay(0.5).decoupledWeightDecay(true).maximize(true)));
        assertOptions("{lr=0.1, betas=[0.2, 0.3], eps=0.4, weight_decay=0.5, foreach=null, maximize=true, differentiable=false, capturable=false}",
                new Adamax(one(), Adamax.options().lr(0.1).betas(0.2, 0.3).eps(0.4).weightDecay(0.5).maximize(true)));
        assertOptions("{lr=0.1, lr_decay=0.2, eps=0.3, weight_decay=0.4, initial_accumulator_value=0.5, foreach=null, maximize=true, "
                + "differentiable=false, fused=null}", new Adagrad(one(), Adagrad.options().lr(0.1).lrDecay(0.2).eps(0.3).weightDecay(0.4)
                .initialAccumulatorValue(0.5).maximize(true)));
        assertOptions("{lr=0.1, rho=0.2, eps=0.3, weight_decay=0.4, maximize=true, capturable=false, foreach=null, differentiable=false}",
                new Adadelta(one(), Adadelta.options().lr(0.1).rho(0.2).eps(0.3).weightDecay(0.4).maximize(true)));
        assertOptions("{lr=0.1, momentum=0.2, alpha=0.3, eps=0.4, centered=true, weight_decay=0.5, capturable=false, foreach=null, maximize=true, "
                + "differentiable=false}", new RMSprop(one(), RMSprop.options().lr(0.1).momentum(0.2).alpha(0.3).eps(0.4).centered(true)
                .weightDecay(0.5).maximize(true)));
        assertOptions("{lr=0.1, etas=[0.2, 1.3], step_sizes=[0.4, 0.5], foreach=null, maximize=true, differentiable=false, capturable=false}",
                new Rprop(one(), Rprop.options().lr(0.1).etas(0.2, 1.3).stepSizes(0.4, 0.5).maximize(true)));
        assertOptions("{lr=0.1, lambd=0.2, alpha=0.3, t0=4.0, weight_decay=0.5, foreach=null, maximize=true, differentiable=false, capturable=false}",
                new ASGD(one(), ASGD.options().lr(0.1).lambd(0.2).alpha(0.3).t0(4).weightDecay(0.5).maximize(true)));
    }

    @Test
    void adafactorsFirstEpsMayBeOpen() {
        assertOptions("{lr=0.1, beta2_decay=-0.2, eps=[0.3, 0.4], d=5.0, weight_decay=0.6, foreach=null, maximize=true}", new Adafactor(one(),
                Adafactor.options().lr(0.1).beta2Decay(-0.2).eps(0.3, 0.4).d(5).weightDecay(0.6).maximize(true)));
        Adafactor given = new Adafactor(one(), Adafactor.options().eps(0.3, 0.4));
        given.loadStateDict(new Adafactor(one(), 0.1).stateDict());
        assertEquals("[null, 0.001]", given.paramGroups().get(0).get("eps").toString());
        assertThrows(IllegalArgumentException.class, () -> given.paramGroups().get(0).set("eps", Tuple.of(0.1, null)));
    }

    @TestFactory
    Stream<DynamicTest> optionsOutOfRangeAreRefused() {
        Map<String, Supplier<Optimizer>> refused = new LinkedHashMap<>();
        for (String name : List.of("AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD")) {
            refused.put(name + ": lr must be 0 or more, got -1.0", () -> {
                Function<List<ParamGroup>, Optimizer> kind = Map.<String, Function<List<ParamGroup>, Optimizer>>of("AdamW", g -> new AdamW(g, -1),
                        "NAdam", g -> new NAdam(g, -1), "RAdam", g -> new RAdam(g, -1), "Adamax", g -> new Adamax(g, -1), "Adagrad",
                        g -> new Adagrad(g, -1), "Adadelta", g -> new Adadelta(g, -1), "RMSprop", g -> new RMSprop(g, -1), "Rprop",
                        g -> new Rprop(g, -1), "ASGD", g -> new ASGD(g, -1)).get(name);
                return kind.apply(List.of(ParamGroup.of(one())));
            });
        }
        refused.put("NAdam: momentum_decay must be 0 or more, got -1.0", () -> new NAdam(one(), NAdam.options().momentumDecay(-1)));
        refused.put("RAdam: betas must be 0 or more and below 1, got [0.9, 1.0]", () -> new RAdam(one(), RAdam.options().betas(0.9, 1)));
        refused.put("Adamax: eps must be 0 or more, got -1.0", () -> new Adamax(one(), Adamax.options().eps(-1)));
        refused.put("Adagrad: lr_decay must be 0 or more, got -1.0", () -> new Adagrad(one(), Adagrad.options().lrDecay(-1)));
        refused.put("Adagrad: initial_accumulator_value must be 0 or more, got -1.0",
                () -> new Adagrad(one(), Adagrad.options().initialAccumulatorValue(-1)));
        refused.put("Adadelta: rho must be 1 or less, got 1.5", () -> new Adadelta(one(), Adadelta.options().rho(1.5)));
        refused.put("RMSprop: alpha must be 0 or more, got -1.0", () -> new RMSprop(one(), RMSprop.options().alpha(-1)));
        refused.put("Rprop: etas must be between 0 and 1 and above 1, got [0.5, 1.0]", () -> new Rprop(one(), Rprop.options().etas(0.5, 1)));
        refused.put("Adafactor: eps must be 0 or more, got [null, -1.0]", () -> new Adafactor(one(), Adafactor.options().eps(null, -1)));
        refused.put("Adafactor: beta2Decay must be 0 or less and d 1 or more, got 0.5 and 1.0",
                () -> new Adafactor(one(), Adafactor.options().beta2Decay(0.5)));
        refused.put("ASGD: weight_decay must be 0 or more, got -1.0", () -> new ASGD(one(), ASGD.options().weightDecay(-1)));
        return refused.entrySet().stream().map(r -> DynamicTest.dynamicTest(r.getKey(),
                () -> assertEquals(r.getKey(), assertThrows(IllegalArgumentException.class, r.getValue()::get).getMessage())));
    }

    @Test
    void adamwDecaysDecoupledWhateverItLoads() {
        Tensor p = one().get(0);
        AdamW adamw = new AdamW(List.of(p), AdamW.options().lr(0.5).weightDecay(0.5));
        adamw.loadStateDict(new Adam(List.of(p), Adam.options().lr(0.5).weightDecay(0.5)).stateDict());
        assertTrue(adamw.paramGroups().get(0).flag("decoupled_weight_decay"));
        p.setGrad(p.zerosLike());
        adamw.step();
        assertEquals(0.75, p.item());
        Adam adam = new Adam(List.of(p), 0.1);
        adam.loadStateDict(adamw.stateDict());
        assertTrue(adam.paramGroups().get(0).flag("decoupled_weight_decay")); // as in PyTorch
    }

    @Test
    void adagradHasItsStateFromTheStart() {
        Adagrad adagrad = new Adagrad(one(), Adagrad.options().initialAccumulatorValue(0.25));
        Map<?, ?> state = (Map<?, ?>) ((Map<?, ?>) adagrad.stateDict().get("state")).get(0L);
        assertEquals(0, ((Tensor) state.get("step")).item());
        assertEquals(0.25, ((Tensor) state.get("sum")).item());
        Tensor late = Tensor.of(new double[] {1}).setRequiresGrad(true);
        adagrad.addParamGroup(ParamGroup.of(late).set("initial_accumulator_value", 3.0));
        late.setGrad(late.onesLike());
        adagrad.step();
        assertEquals(1 - 0.01 / 2, late.item(), 1e-9);
    }

    @Test
    void numbersOfOldFilesAreTaken() {
        Tensor p = one().get(0);
        NAdam saver = new NAdam(List.of(p), 0.1);
        Sequence.run(saver, 1, 3, p);
        Map<String, Object> saved = saver.stateDict();
        @SuppressWarnings("unchecked")
        Map<String, Object> state = (Map<String, Object>) ((Map<?, ?>) saved.get("state")).get(0L);
        double product = ((Tensor) state.get("mu_product")).item();
        state.put("mu_product", product); // PyTorch before 1.12
        state.put("step", 3L);
        NAdam nadam = new NAdam(List.of(p), 0.1);
        nadam.loadStateDict(saved);
        assertEquals(saver.stateDict().toString(), nadam.stateDict().toString());
        state.put("mu_product", "x");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> nadam.loadStateDict(saved)).getMessage()
                .contains("mu_product must be a number, got x"));
    }

    @Test
    void groupsByName() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (String name : List.of("body.weight", "body.bias", "norm.weight", "head.weight", "head.bias")) {
            named.put(name, name.endsWith("bias") ? Tensor.zeros(2) : Tensor.zeros(2, 2));
        }
        ParamGroups byName = ParamGroups.byName(named).match("bias$|norm", "weight_decay", 0.0);
        AdamW adamw = new AdamW(byName.match("^head\\.", "lr", 0.5, "weight_decay", 0.25).groups(), 1e-3);
        List<ParamGroup> groups = adamw.paramGroups();
        assertEquals(List.of(List.of("body.bias", "norm.weight", "head.bias"), List.of("head.weight"), List.of("body.weight")),
                groups.stream().map(ParamGroup::paramNames).toList());
        assertEquals(List.of(0.0, 0.25, 0.01), groups.stream().map(g -> g.number("weight_decay")).toList());
        assertEquals(List.of(1e-3, 0.5, 1e-3), groups.stream().map(ParamGroup::lr).toList());
        assertEquals(List.of(List.of("body.bias", "head.bias"), List.of("body.weight", "norm.weight", "head.weight")),
                ParamGroups.byName(named).match((name, p) -> p.dim() < 2).groups().stream().map(ParamGroup::paramNames).toList());
        assertEquals(1, ParamGroups.byName(named).match("", "lr", 0.1).groups().size());
        assertEquals("ParamGroups: none of the 2 parameters left name matches \"nrom\"; they are [body.weight, head.weight]",
                assertThrows(IllegalArgumentException.class, () -> byName.match("nrom", "lr", 1.0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> byName.match("head", "lr"));
    }

    @Test
    void namesArePrinted() {
        assertTrue(new SGD(Map.of("a", one().get(0)), 0.1).toString().contains("    nesterov: False\n    param_names: ['a']\n    weight_decay: 0.0\n"));
    }

    /** A step that fails leaves no half-made state behind, which could not be loaded again. */
    @Test
    void aRefusedGradientLeavesNoState() {
        Tensor p = one().get(0);
        NAdam nadam = new NAdam(List.of(p), 0.1);
        p.setGrad(p.onesLike());
        p.setData(Tensor.zeros(1));
        assertThrows(IllegalStateException.class, nadam::step);
        assertEquals(Map.of(), nadam.stateDict().get("state"));
        assertArrayEquals(new double[1], p.toDoubleArray());
    }
}
