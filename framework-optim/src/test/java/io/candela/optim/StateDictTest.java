package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.PythonText;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class StateDictTest {
    // ---- layout ----

    /** The leaves of the state dicts in {@code tools/golden/optim.py}, made the same way. */
    @TestFactory
    Stream<DynamicTest> layoutIsPyTorchs() throws IOException {
        Map<String, Function<Tensor[], Optimizer>> makers = new LinkedHashMap<>();
        makers.put("SGD", t -> new SGD(List.of(t), 0.1));
        makers.put("SGD momentum, groups", t -> new SGD(List.of(ParamGroup.of(t[0], t[1]), ParamGroup.of(t[2]).set("lr", 0.5).set("nesterov", true)),
                SGD.options().lr(0.1).momentum(0.9)));
        makers.put("Adam", t -> new Adam(List.of(t), 0.1));
        makers.put("Adam amsgrad, named groups", t -> {
            Map<String, Tensor> first = new LinkedHashMap<>();
            first.put("a", t[0]);
            first.put("b", t[1]);
            return new Adam(List.of(ParamGroup.of(first), ParamGroup.of(Map.of("c", t[2])).set("lr", 0.5)), Adam.options().lr(0.1).amsgrad(true));
        });
        makers.put("Adam, a parameter twice", t -> new Adam(List.of(t[0], t[1], t[0], t[2]), 0.1));
        makers.put("AdamW", t -> new AdamW(List.of(t), 0.1));
        makers.put("NAdam", t -> new NAdam(List.of(t), 0.1));
        makers.put("RAdam", t -> new RAdam(List.of(t), 0.1));
        makers.put("Adamax", t -> new Adamax(List.of(t), 0.1));
        makers.put("Adagrad", t -> new Adagrad(List.of(t), 0.1));
        makers.put("Adadelta", t -> new Adadelta(List.of(t), 0.1));
        makers.put("RMSprop", t -> new RMSprop(List.of(t), 0.1));
        makers.put("RMSprop centered, momentum", t -> new RMSprop(List.of(t), RMSprop.options().lr(0.1).momentum(0.9).centered(true)));
        makers.put("Rprop", t -> new Rprop(List.of(t), 0.1));
        makers.put("ASGD", t -> new ASGD(List.of(t), 0.1));
        makers.put("Adafactor", t -> new Adafactor(List.of(t), 0.1));

        Map<String, List<String>> expected = new LinkedHashMap<>();
        List<String> current = null;
        for (String line : GoldenStepsTest.lines("state_dicts.txt")) {
            if (line.startsWith("dict ")) {
                current = expected.computeIfAbsent(line.substring(5), title -> new ArrayList<>());
            } else {
                current.add(line);
            }
        }
        assertEquals(expected.keySet(), makers.keySet());
        return makers.keySet().stream().map(title -> DynamicTest.dynamicTest(title, () -> {
            Tensor[] t = {ones(2, 3), ones(3), Tensor.scalar(1.0).setRequiresGrad(true)};
            Optimizer optimizer = makers.get(title).apply(t);
            for (int i = 0; i < 2; i++) {
                t[0].setGrad(t[0].onesLike());
                t[2].setGrad(t[2].onesLike());
                optimizer.step();
            }
            List<String> lines = new ArrayList<>();
            leaves("", optimizer.stateDict(), lines);
            assertEquals(String.join("\n", expected.get(title)), String.join("\n", lines));
        }));
    }

    private static Tensor ones(int... shape) {
        return Tensor.ones(shape).setRequiresGrad(true);
    }

    private static void leaves(String path, Object value, List<String> out) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> leaves(path.isEmpty() ? key.toString() : path + "." + key, element, out));
        } else if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map) {
            for (int i = 0; i < list.size(); i++) {
                leaves(path + "." + i, list.get(i), out);
            }
        } else if (value instanceof Tensor t) {
            String name = path.substring(path.lastIndexOf('.') + 1);
            String number = Set.of("step", "mu_product", "eta", "mu").contains(name) ? " " + t.item() : "";
            out.add("%s = %s %s%s".formatted(path, t.dtype().torchName(), Arrays.toString(t.shape().toArray()), number));
        } else {
            out.add(path + " = " + PythonText.of(value));
        }
    }

    // ---- continuing ----

    /** As files give it back: other objects, other number types, lists and maps that cannot be changed. */
    private static Object reread(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, reread(element)));
            return copy;
        } else if (value instanceof Tuple tuple) {
            return Tuple.copyOf(tuple.stream().map(StateDictTest::reread).toList());
        } else if (value instanceof List<?> list) {
            return list.stream().map(StateDictTest::reread).toList();
        }
        return value instanceof Tensor t ? t.clone() : value;
    }

    private static Map<?, ?> saved(Optimizer optimizer) {
        return (Map<?, ?>) reread(optimizer.stateDict());
    }

    private static Map<Object, Object> group(Map<?, ?> saved, int index) {
        return map(((List<?>) saved.get("param_groups")).get(index));
    }

    private static Map<Object, Object> state(Map<?, ?> saved, long index) {
        return map(((Map<?, ?>) saved.get("state")).get(index));
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> map(Object value) {
        return (Map<Object, Object>) value;
    }

    private static final Map<String, Function<List<Tensor>, Optimizer>> OPTIMIZERS = new TreeMap<>();

    static {
        Kinds.ALL.forEach((name, kind) -> OPTIMIZERS.put(name, params -> kind.apply(List.of(ParamGroup.of(params)))));
        OPTIMIZERS.put("SGD nesterov", params -> new SGD(params, SGD.options().lr(0.02).momentum(0.9).nesterov(true).weightDecay(0.1)));
        OPTIMIZERS.put("Adam amsgrad", params -> new Adam(params, Adam.options().lr(0.01).amsgrad(true).weightDecay(0.1)));
        OPTIMIZERS.put("Adam decoupled", params -> new Adam(params, Adam.options().lr(0.01).decoupledWeightDecay(true).weightDecay(0.1).maximize(true)));
        OPTIMIZERS.put("RMSprop centered", params -> new RMSprop(params, RMSprop.options().momentum(0.9).centered(true)));
        OPTIMIZERS.put("ASGD averaging", params -> new ASGD(params, ASGD.options().t0(5)));
    }

    @TestFactory
    Stream<DynamicTest> saveLoadStepEqualsStep() {
        return OPTIMIZERS.keySet().stream().map(name -> DynamicTest.dynamicTest(name, () -> {
            for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                Tensor[] through = {Sequence.start(dtype, 5, 3), Sequence.start(dtype, 1025)};
                Sequence.run(OPTIMIZERS.get(name).apply(List.of(through)), 1, 60, through);

                Tensor[] first = {Sequence.start(dtype, 5, 3), Sequence.start(dtype, 1025)};
                Optimizer before = OPTIMIZERS.get(name).apply(List.of(first));
                Sequence.run(before, 1, 30, first);
                Tensor[] second = Stream.of(first).map(p -> p.detach().clone().setRequiresGrad(true)).toArray(Tensor[]::new);
                Optimizer after = OPTIMIZERS.get(name).apply(List.of(second));
                after.loadStateDict(saved(before));
                Sequence.run(after, 31, 60, second);
                for (int i = 0; i < through.length; i++) {
                    assertArrayEquals(through[i].toDoubleArray(), second[i].toDoubleArray(), name + " " + dtype);
                }
            }
        }));
    }

    @Test
    void theGivenStateIsCopied() {
        Tensor p = Sequence.start(DType.FLOAT32, 4);
        Adam adam = new Adam(List.of(p), 0.01);
        Sequence.run(adam, 1, 3, p);
        Map<?, ?> saved = saved(adam);
        group(saved, 0).put("note", new ArrayList<>(List.of("a")));
        adam.loadStateDict(saved);
        String before = state(saved, 0).toString();
        Sequence.run(adam, 4, 5, p);
        assertEquals(before, state(saved, 0).toString());
        ((Tensor) state(saved, 0).get("exp_avg")).fillInPlace(77);
        assertFalse(state(adam.stateDict(), 0).get("exp_avg").toString().contains("77"));
        assertEquals(List.of("a"), adam.paramGroups().get(0).get("note"));
        assertNotSame(group(saved, 0).get("note"), adam.paramGroups().get(0).get("note"));
    }

    @Test
    void stateIsMadeLazilyAndSuchADictLoads() {
        Tensor a = Sequence.start(DType.FLOAT32, 2);
        Tensor b = Sequence.start(DType.FLOAT32, 3);
        Adam adam = new Adam(List.of(a, b), 0.01);
        assertEquals(Map.of(), adam.stateDict().get("state"));
        Sequence.run(adam, 1, 1, b);
        assertEquals(List.of(1L), List.copyOf(((Map<?, ?>) adam.stateDict().get("state")).keySet()));
        Adam other = new Adam(List.of(a, b), 0.01);
        other.loadStateDict(saved(adam));
        assertEquals(adam.stateDict().toString(), other.stateDict().toString());
        Sequence.run(other, 2, 2, a);
        assertEquals(1, ((Tensor) state(other.stateDict(), 0).get("step")).item());
    }

    @Test
    void loadedOptionsReplaceThoseOfTheConstructor() {
        Tensor p = Sequence.start(DType.FLOAT32, 2);
        Adam saver = new Adam(List.of(p), Adam.options().lr(0.5).betas(0.1, 0.2).amsgrad(true));
        saver.paramGroups().get(0).set("initial_lr", 0.7);
        Adam adam = new Adam(List.of(p), 0.01);
        adam.loadStateDict(saved(saver));
        assertEquals(0.5, adam.getLr());
        assertEquals(Tuple.of(0.1, 0.2), adam.paramGroups().get(0).get("betas"));
        assertTrue(adam.paramGroups().get(0).flag("amsgrad"));
        assertEquals(0.7, adam.paramGroups().get(0).get("initial_lr"));
        assertEquals(0.01, adam.defaults().get("lr"));
    }

    @Test
    void optionsThatAnOldDictLacksTakeTheirDefaults() {
        Tensor p = Sequence.start(DType.FLOAT32, 2);
        Adam adam = new Adam(List.of(p), Adam.options().lr(0.01).maximize(true));
        Map<?, ?> saved = saved(adam);
        for (String option : List.of("amsgrad", "maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay")) {
            group(saved, 0).remove(option);
        }
        adam.loadStateDict(saved);
        assertEquals(adam.defaults().keySet(), adam.paramGroups().get(0).options().keySet());
        Sequence.run(adam, 1, 1, p);
    }

    @Test
    void otherNumberTypesOfFilesAreTaken() {
        Tensor p = Sequence.start(DType.FLOAT32, 2);
        Adam adam = new Adam(List.of(p), 0.01);
        Sequence.run(adam, 1, 3, p);
        Map<?, ?> saved = saved(adam);
        group(saved, 0).put("weight_decay", 0L); // Python's default is an int
        group(saved, 0).put("lr", Tensor.scalar(0.25)); // a tensor, for CUDA graphs
        group(saved, 0).put("betas", List.of(0.5, 0L));
        group(saved, 0).put("fused", true);
        state(saved, 0).put("step", 3L); // PyTorch before 1.12
        adam.loadStateDict(saved);
        assertEquals(0.0, adam.paramGroups().get(0).get("weight_decay"));
        assertEquals(0.25, adam.getLr());
        assertEquals(Tuple.of(0.5, 0.0), adam.paramGroups().get(0).get("betas"));
        assertEquals(true, adam.paramGroups().get(0).get("fused"));
        assertEquals(3, ((Tensor) state(adam.stateDict(), 0).get("step")).item());
    }

    @Test
    void noneForAMomentumBufferIsNoBuffer() {
        Tensor p = Sequence.start(DType.FLOAT32, 2);
        SGD sgd = new SGD(List.of(p), SGD.options().momentum(0.9));
        Sequence.run(sgd, 1, 1, p);
        Map<?, ?> saved = saved(sgd);
        state(saved, 0).put("momentum_buffer", null); // PyTorch before 2.2, without momentum
        sgd.loadStateDict(saved);
        assertEquals(Map.of(), sgd.stateDict().get("state"));
    }

    @Test
    void momentsTakeTheParametersTypeButTheStepDoesNot() {
        Tensor narrow = Sequence.start(DType.FLOAT32, 3);
        Adam saver = new Adam(List.of(narrow), 0.01);
        Sequence.run(saver, 1, 2, narrow);
        Tensor wide = Sequence.start(DType.FLOAT64, 3);
        Adam adam = new Adam(List.of(wide), 0.01);
        adam.loadStateDict(saved(saver));
        Map<?, ?> state = state(adam.stateDict(), 0);
        assertSame(DType.FLOAT64, ((Tensor) state.get("exp_avg")).dtype());
        assertSame(DType.FLOAT64, ((Tensor) state.get("exp_avg_sq")).dtype());
        assertSame(DType.FLOAT32, ((Tensor) state.get("step")).dtype());
        assertArrayEquals(((Tensor) state(saver.stateDict(), 0).get("exp_avg")).toDoubleArray(), ((Tensor) state.get("exp_avg")).toDoubleArray());
        Sequence.run(adam, 3, 3, wide);
    }

    @Test
    void loadedStateOutlivesScopes() {
        Tensor p = Sequence.start(DType.FLOAT64, 5000);
        Adam saver = new Adam(List.of(p), 0.01);
        Sequence.run(saver, 1, 1, p);
        Adam adam = new Adam(List.of(p), 0.01);
        try (var scope = TensorScope.open()) {
            adam.loadStateDict(saved(saver));
        }
        assertEquals(state(saver.stateDict(), 0).get("exp_avg").toString(), state(adam.stateDict(), 0).get("exp_avg").toString());
        Sequence.run(adam, 2, 2, p);
    }

    // ---- names ----

    private static Map<String, Tensor> named(Object... namesAndTensors) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTensors.length; i += 2) {
            named.put((String) namesAndTensors[i], (Tensor) namesAndTensors[i + 1]);
        }
        return named;
    }

    @Test
    void reorderedParametersAreMatchedByName() {
        Tensor a = Sequence.start(DType.FLOAT32, 3);
        Tensor b = Sequence.start(DType.FLOAT32, 3);
        Adam saver = new Adam(named("a", a, "b", b), 0.01);
        Sequence.run(saver, 1, 2, a);
        Sequence.run(saver, 3, 3, b);
        Adam adam = new Adam(named("b", b, "a", a), 0.01);
        adam.loadStateDict(saved(saver));
        assertEquals(List.of("b", "a"), adam.paramGroups().get(0).paramNames());
        assertEquals(state(saver.stateDict(), 0).toString(), state(adam.stateDict(), 1).toString());
        assertEquals(state(saver.stateDict(), 1).toString(), state(adam.stateDict(), 0).toString());
    }

    @Test
    void unknownNamesAreRefused() {
        Tensor a = Sequence.start(DType.FLOAT32, 3);
        Tensor b = Sequence.start(DType.FLOAT32, 3);
        Adam saver = new Adam(named("a", a, "b", b), 0.01);
        refused(new Adam(named("a", a, "c", b), 0.5), saved(saver),
                "group 0: the saved state has no 'c' (3)", "group 0: the optimizer has no 'b', the saved state has");
        Map<?, ?> twice = saved(saver);
        group(twice, 0).put("param_names", List.of("a", "a"));
        refused(saver, twice, "group 0: the saved state names 'a' twice");
        group(twice, 0).put("param_names", List.of("a"));
        refused(saver, twice, "group 0: 2 parameters, but 1 saved names");
    }

    @Test
    void namesOfTheFileAreTakenOverIfTheOptimizerHasNone() {
        Tensor a = Sequence.start(DType.FLOAT32, 3);
        Adam unnamed = new Adam(List.of(a), 0.01);
        unnamed.loadStateDict(saved(new Adam(named("a", a), 0.01)));
        assertEquals(List.of("a"), unnamed.paramGroups().get(0).paramNames());
        Adam keeps = new Adam(named("a", a), 0.01);
        keeps.loadStateDict(saved(new Adam(List.of(a), 0.01)));
        assertEquals(List.of("a"), keeps.paramGroups().get(0).paramNames());
    }

    // ---- refusals: all problems are listed, nothing changes ----

    private static void refused(Optimizer optimizer, Map<?, ?> saved, String... problems) {
        String before = optimizer.stateDict().toString();
        StateDictException e = assertThrows(StateDictException.class, () -> optimizer.loadStateDict(saved));
        assertEquals(List.of(problems), e.problems());
        assertEquals("%s.loadStateDict: %d problem%s, nothing was loaded\n\t".formatted(optimizer.getClass().getSimpleName(), problems.length,
                problems.length == 1 ? "" : "s") + String.join("\n\t", problems), e.getMessage());
        assertEquals(before, optimizer.stateDict().toString());
    }

    private static Adam stepped(int... sizes) {
        Tensor[] params = Arrays.stream(sizes).mapToObj(n -> Sequence.start(DType.FLOAT32, n)).toArray(Tensor[]::new);
        Adam adam = new Adam(List.of(params), 0.01);
        Sequence.run(adam, 1, 2, params);
        return adam;
    }

    @Test
    void groupsMustAgreeInNumberAndSize() {
        refused(new SGD(List.of(ParamGroup.of(Tensor.zeros(2)), ParamGroup.of(Tensor.zeros(3))), 0.1), saved(stepped(2, 3)),
                "the optimizer has 2 parameter groups, the saved state 1");
        refused(stepped(2, 3), saved(stepped(2, 3, 4)), "group 0: the optimizer has 2 parameters, the saved state 3");
    }

    @Test
    void shapesMustAgree() {
        refused(stepped(2, 5, 4), saved(stepped(2, 3, 4)),
                "group 0, parameter 1 (5): parameter is (5), saved exp_avg is (3)", "group 0, parameter 1 (5): parameter is (5), saved exp_avg_sq is (3)");
        refused(stepped(1), saved(stepped(32)), "group 0, parameter 0 (1): parameter is (1), saved exp_avg is (32)",
                "group 0, parameter 0 (1): parameter is (1), saved exp_avg_sq is (32)");
    }

    @TestFactory
    Stream<DynamicTest> damagedStateIsRefused() {
        Map<String, Consumer<Map<?, ?>>> damages = new LinkedHashMap<>();
        String who = "group 0, parameter 0 (2): ";
        damages.put(who + "exp_avg is missing", s -> state(s, 0).remove("exp_avg"));
        damages.put(who + "exp_avg must be a tensor, got String", s -> state(s, 0).put("exp_avg", "x"));
        damages.put(who + "step must be a whole number, 0 or more, got null", s -> state(s, 0).remove("step"));
        damages.put(who + "step must be a whole number, 0 or more, got 1.5", s -> state(s, 0).put("step", 1.5));
        damages.put(who + "step must be a whole number, 0 or more, got NaN", s -> state(s, 0).put("step", Double.NaN));
        damages.put(who + "unexpected momentum_buffer; was it saved by another optimizer?", s -> state(s, 0).put("momentum_buffer", Tensor.zeros(2)));
        damages.put("group 0: option lr must be a number, got null", s -> group(s, 0).put("lr", null));
        damages.put("group 0: option lr must be a number, got x (String)", s -> group(s, 0).put("lr", "x"));
        damages.put("group 0: option betas must be a list of two numbers, got [0.9] (Tuple)", s -> group(s, 0).put("betas", Tuple.of(0.9)));
        damages.put("group 0: option amsgrad must be true or false, got 1 (Long)", s -> group(s, 0).put("amsgrad", 1L));
        damages.put("group 0: option fused must be true, false or null, got 1 (Long)", s -> group(s, 0).put("fused", 1L));
        damages.put("group 0: 'params' must be a list of indices, got null", s -> group(s, 0).remove("params"));
        return damages.entrySet().stream().map(damage -> DynamicTest.dynamicTest(damage.getKey(), () -> {
            Map<?, ?> saved = saved(stepped(2, 3));
            damage.getValue().accept(saved);
            refused(stepped(2, 3), saved, damage.getKey());
        }));
    }

    @Test
    void somethingElseThanAnOptimizersStateIsRefused() {
        refused(stepped(2), Map.of("fc.weight", Tensor.zeros(2)),
                "an optimizer's state has a map 'state' and a list 'param_groups'; this has [fc.weight]");
        assertNull(group(saved(stepped(2)), 0).get("fused"));
    }
}
