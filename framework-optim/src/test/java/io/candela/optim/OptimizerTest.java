package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.tensor.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerTest {
    private static Tensor param(double... values) {
        return Tensor.of(values).setRequiresGrad(true);
    }

    private static void assertRefused(String message, Executable code) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, code).getMessage());
    }

    // ---- construction ----

    @Test
    void defaultsArePyTorchs() {
        assertEquals("{lr=0.001, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=false, maximize=false, foreach=null, differentiable=false, "
                + "fused=null}", new SGD(List.of(param(1)), SGD.options()).defaults().toString());
        assertEquals("{lr=0.001, betas=[0.9, 0.999], eps=1.0E-8, weight_decay=0.0, amsgrad=false, maximize=false, foreach=null, capturable=false, "
                + "differentiable=false, fused=null, decoupled_weight_decay=false}", new Adam(List.of(param(1)), Adam.options()).defaults().toString());
    }

    @Test
    void everyOptionReachesTheGroups() {
        assertEquals("{lr=0.1, momentum=0.2, dampening=0.0, weight_decay=0.4, nesterov=true, maximize=true, foreach=null, differentiable=false, "
                + "fused=null}", new SGD(List.of(param(1)), SGD.options().lr(0.1).momentum(0.2).dampening(0).weightDecay(0.4).nesterov(true)
                .maximize(true)).paramGroups().get(0).options().toString());
        assertEquals(0.3, new SGD(List.of(param(1)), SGD.options().dampening(0.3)).paramGroups().get(0).number("dampening"));
        assertEquals("{lr=0.1, betas=[0.2, 0.3], eps=0.4, weight_decay=0.5, amsgrad=true, maximize=true, foreach=null, capturable=false, "
                + "differentiable=false, fused=null, decoupled_weight_decay=true}", new Adam(List.of(param(1)), Adam.options().lr(0.1).betas(0.2, 0.3)
                .eps(0.4).weightDecay(0.5).amsgrad(true).maximize(true).decoupledWeightDecay(true)).paramGroups().get(0).options().toString());
        SGD.Options shared = SGD.options();
        shared.lr(5);
        assertEquals(1e-3, new SGD(List.of(param(1)), shared).getLr());
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        List<Tensor> p = List.of(param(1));
        assertRefused("SGD: lr must be 0 or more, got -0.1", () -> new SGD(p, -0.1));
        assertRefused("SGD: lr must be 0 or more, got NaN", () -> new SGD(p, Double.NaN));
        assertRefused("SGD: momentum must be 0 or more, got -1.0", () -> new SGD(p, SGD.options().momentum(-1)));
        assertRefused("SGD: weight_decay must be 0 or more, got -1.0", () -> new SGD(p, SGD.options().weightDecay(-1)));
        assertRefused("Adam: lr must be 0 or more, got -0.1", () -> new Adam(p, -0.1));
        assertRefused("Adam: eps must be 0 or more, got -1.0", () -> new Adam(p, Adam.options().eps(-1)));
        assertRefused("Adam: weight_decay must be 0 or more, got -1.0", () -> new Adam(p, Adam.options().weightDecay(-1)));
        assertRefused("Adam: betas must be 0 or more and below 1, got [1.0, 0.9]", () -> new Adam(p, Adam.options().betas(1, 0.9)));
        assertRefused("Adam: betas must be 0 or more and below 1, got [0.9, -0.1]", () -> new Adam(p, Adam.options().betas(0.9, -0.1)));
        assertDoesNotThrow(() -> new Adam(p, Adam.options().lr(0).betas(0, 0).eps(0)));
    }

    @Test
    void nesterovNeedsMomentumAndNoDampening() {
        String message = "SGD: nesterov needs a momentum above 0 and a dampening of 0, got momentum %s, dampening %s";
        assertRefused(message.formatted(0.0, 0.0), () -> new SGD(List.of(param(1)), SGD.options().nesterov(true)));
        assertRefused(message.formatted(0.9, 0.1), () -> new SGD(List.of(param(1)), SGD.options().nesterov(true).momentum(0.9).dampening(0.1)));
    }

    @Test
    void unorderedCollectionsAreRefused() {
        Set<Tensor> two = Set.of(param(1), param(2));
        Map<String, Tensor> named = Map.of("a", param(1), "b", param(2));
        assertRefused("Optimizer: parameters must come in a fixed order, that of a HashSet may change between runs; use a List or LinkedHashSet",
                () -> new SGD(new HashSet<>(two), 0.1));
        assertRefused("Optimizer: parameters must come in a fixed order, that of a HashMap may change between runs; use a LinkedHashMap",
                () -> new SGD(new HashMap<>(named), 0.1));
        assertThrows(IllegalArgumentException.class, () -> ParamGroup.of(two));
        assertThrows(IllegalArgumentException.class, () -> ParamGroup.of(named));
        assertThrows(IllegalArgumentException.class, () -> ParamGroup.of(new HashMap<>(named).values()));
        assertEquals(2, new SGD(new LinkedHashSet<>(two), 0.1).paramGroups().get(0).size());
        assertEquals(2, new SGD(new LinkedHashMap<>(named).values(), 0.1).paramGroups().get(0).size());
    }

    @Test
    void orderIsThatOfTheMap() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        IntStream.range(0, 100).forEach(i -> named.put("layer" + i * 7919 % 100, param(i)));
        Collection<Tensor> values = named.values();
        ParamGroup group = new SGD(named, 0.1).paramGroups().get(0);
        assertEquals(List.copyOf(named.keySet()), group.paramNames());
        assertEquals(List.copyOf(values), group.params());
        assertEquals(List.copyOf(values), new SGD(values, 0.1).paramGroups().get(0).params());
    }

    @Test
    void anOptimizerNeedsParameters() {
        assertRefused("SGD: there are no parameters to optimize", () -> new SGD(new ArrayList<Tensor>(), 0.1));
        assertRefused("ParamGroup: a parameter is null", () -> ParamGroup.of(param(1), null));
    }

    // ---- groups ----

    @Test
    void groupsTakeMissingOptionsFromTheDefaults() {
        SGD sgd = new SGD(List.of(ParamGroup.of(param(1)), ParamGroup.of(param(2)).set("lr", 0.5).set("tag", "head")), 0.1);
        assertEquals(0.1, sgd.paramGroups().get(0).lr());
        assertEquals(0.5, sgd.paramGroups().get(1).lr());
        assertEquals(0.0, sgd.paramGroups().get(1).number("momentum"));
        assertEquals("head", sgd.paramGroups().get(1).get("tag"));
        sgd.addParamGroup(ParamGroup.of(param(3)).set("momentum", 0.9));
        assertEquals(0.1, sgd.paramGroups().get(2).lr());
        sgd.setLr(0.7);
        assertEquals(List.of(0.7, 0.7, 0.7), sgd.paramGroups().stream().map(ParamGroup::lr).toList());
        assertEquals(0.7, sgd.getLr());
        assertRefused("ParamGroup: no option 'beta'; there are [lr, momentum, dampening, weight_decay, nesterov, maximize, foreach, differentiable, "
                + "fused]", () -> sgd.paramGroups().get(0).get("beta"));
    }

    @Test
    void eachGroupIsSteppedWithItsOptions() {
        Tensor a = param(1);
        Tensor b = param(1);
        SGD sgd = new SGD(List.of(ParamGroup.of(a), ParamGroup.of(b).set("lr", 0.5)), 0.25);
        a.setGrad(a.onesLike());
        b.setGrad(b.onesLike());
        sgd.step();
        assertEquals(0.75, a.item());
        assertEquals(0.5, b.item());
    }

    @Test
    void addParamGroupRefusesWhatPyTorchRefuses() {
        Tensor p = param(1);
        SGD sgd = new SGD(List.of(p), 0.1);
        assertRefused("SGD: parameter 1 (1) is in group 0 already", () -> sgd.addParamGroup(ParamGroup.of(param(2), p)));
        assertRefused("SGD: parameter 0 (1) is the result of an operation, only leaves can be optimized; detach() it first?",
                () -> sgd.addParamGroup(ParamGroup.of(p.mul(2))));
        assertRefused("SGD: all groups must have names or none, this one comes with names",
                () -> sgd.addParamGroup(ParamGroup.of(Map.of("a", param(1)))));
        assertRefused("SGD: all groups must have names or none, this one comes without names",
                () -> new SGD(Map.of("a", param(1)), 0.1).addParamGroup(ParamGroup.of(param(1))));
        assertRefused("SGD: the group belongs to an optimizer already; make a new one with ParamGroup.of",
                () -> sgd.addParamGroup(sgd.paramGroups().get(0)));
        assertRefused("option lr must be a number, got fast (String)", () -> sgd.addParamGroup(ParamGroup.of(param(1)).set("lr", "fast")));
        assertEquals(1, sgd.paramGroups().size());
    }

    @Test
    void optionsKeepTheirTypes() {
        ParamGroup group = new Adam(List.of(param(1)), 0.1).paramGroups().get(0);
        group.set("lr", 1).set("betas", List.of(0.5, 0.25));
        assertEquals(1.0, group.get("lr"));
        assertEquals(Tuple.of(0.5, 0.25), group.get("betas"));
        assertRefused("option amsgrad must be true or false, got yes (String)", () -> group.set("amsgrad", "yes"));
        assertRefused("option betas must be a list of two numbers, got 0.9 (Double)", () -> group.set("betas", 0.9));
        assertEquals("Adam (\nParameter Group 0\n    amsgrad: False\n    betas: (0.5, 0.25)\n    capturable: False\n    decoupled_weight_decay: False\n"
                + "    differentiable: False\n    eps: 1e-08\n    foreach: None\n    fused: None\n    lr: 1.0\n    maximize: False\n"
                + "    weight_decay: 0.0\n)", adamWith(group).toString());
    }

    private static Adam adamWith(ParamGroup like) {
        ParamGroup copy = ParamGroup.of(param(1));
        like.options().forEach(copy::set);
        return new Adam(List.of(copy), 0.1);
    }

    // ---- gradients ----

    @Test
    void zeroGradForgetsGradientsUnlessToldOtherwise() {
        Tensor p = param(1, 2);
        SGD sgd = new SGD(List.of(p), 0.1);
        p.setGrad(p.onesLike());
        sgd.zeroGrad();
        assertNull(p.grad());
        sgd.zeroGrad(false);
        assertNull(p.grad());
        Tensor recorded = param(1, 1).mul(2);
        p.setGrad(recorded);
        sgd.zeroGrad(false);
        assertArrayEquals(new double[2], p.grad().toDoubleArray());
        assertFalse(p.grad().requiresGrad());
        assertSame(recorded.storage(), p.grad().storage());
    }

    @Test
    void noGradientSkipsWhileAZeroGradientStillDecays() {
        for (boolean zero : new boolean[] {false, true}) {
            Tensor p = param(1);
            SGD sgd = new SGD(List.of(p), SGD.options().lr(1).momentum(0.5).weightDecay(0.5));
            p.setGrad(p.onesLike());
            sgd.step(); // b = 1 + 0.5, p = -0.5
            sgd.zeroGrad(!zero);
            sgd.step(); // b = 0.75 - 0.25 = 0.5
            assertEquals(zero ? -1.0 : -0.5, p.item());
        }
    }

    @Test
    void frozenParametersAreSkipped() {
        Tensor p = param(1);
        Tensor frozen = param(1).setRequiresGrad(false);
        SGD sgd = new SGD(List.of(p, frozen), 0.25);
        p.mul(frozen).sum().backward();
        sgd.step();
        assertEquals(0.75, p.item());
        assertEquals(1, frozen.item());
    }

    @Test
    void stepIsNoticedByAutograd() {
        for (Tensor p : List.of(param(1, 2), Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).t().detach().setRequiresGrad(true))) {
            SGD sgd = new SGD(List.of(p), 0.25);
            Tensor loss = p.mul(p).sum();
            p.setGrad(p.onesLike());
            sgd.step();
            assertThrows(GraphException.class, loss::backward);
            assertTrue(p.isLeaf() && p.requiresGrad());
            assertTrue(Autograd.isGradEnabled());
        }
    }

    @Test
    void closureRunsWithGradientsAndItsLossIsReturned() {
        Tensor p = param(3);
        SGD sgd = new SGD(List.of(p), 0.5);
        Tensor loss = Autograd.noGrad(() -> sgd.step(() -> {
            sgd.zeroGrad();
            Tensor square = p.mul(p).sum();
            square.backward();
            return square;
        }));
        assertEquals(9, loss.item());
        assertEquals(0, p.item());
    }

    // ---- rules of the updates that golden numbers do not name ----

    @Test
    void firstMomentumBufferIsTheUndampedGradient() {
        Tensor p = param(0);
        SGD sgd = new SGD(List.of(p), SGD.options().lr(1).momentum(0.5).dampening(0.5));
        p.setGrad(p.onesLike());
        sgd.step();
        assertEquals(-1, p.item());
        sgd.step(); // b = 0.5 + 0.5
        assertEquals(-2, p.item());
    }

    @Test
    void learningRateStaysOutOfTheMomentumBuffer() {
        Tensor p = param(0);
        SGD sgd = new SGD(List.of(p), SGD.options().lr(1).momentum(0.5));
        p.setGrad(p.onesLike());
        sgd.step();
        sgd.setLr(0.25);
        sgd.step(); // b = 1.5
        assertEquals(-1.375, p.item());
    }

    @Test
    void momentumCanBeSwitchedOnAndOff() {
        Tensor p = param(0);
        SGD sgd = new SGD(List.of(p), 1);
        p.setGrad(p.onesLike());
        sgd.step();
        sgd.paramGroups().get(0).set("momentum", 0.5);
        sgd.step(); // the buffer begins here
        assertEquals(-2, p.item());
        sgd.step();
        assertEquals(-3.5, p.item());
        sgd.paramGroups().get(0).set("momentum", 0);
        sgd.step();
        assertEquals(-4.5, p.item());
    }

    @Test
    void amsgradCanBeSwitchedOn() {
        Tensor p = param(0);
        Adam adam = new Adam(List.of(p), 0.1);
        Sequence.run(adam, 1, 2, p);
        adam.paramGroups().get(0).set("amsgrad", true);
        assertDoesNotThrow(() -> Sequence.run(adam, 3, 3, p));
    }

    @Test
    void aParameterTwiceInAGroupIsSteppedTwice() {
        Tensor p = param(0);
        SGD sgd = new SGD(List.of(p, p), 1);
        p.setGrad(p.onesLike());
        sgd.step();
        assertEquals(-2, p.item());
    }

    @Test
    void indicesOfStatesRunAcrossGroupsAndAParameterTwiceHasItsLast() {
        Tensor a = param(0);
        Tensor b = param(1);
        Tensor c = param(2);
        var sgd = new SGD(List.of(ParamGroup.of(List.of(a, b, a)), ParamGroup.of(List.of(c))), SGD.options().momentum(0.9));
        Stream.of(a, b, c).forEach(p -> p.setGrad(p.onesLike()));
        sgd.step();
        Map<String, Object> state = sgd.stateDict();
        List<String> indices = ((List<?>) state.get("param_groups")).stream().map(g -> ((Map<?, ?>) g).get("params").toString()).toList();
        assertEquals(List.of("[2, 1, 2]", "[3]"), indices);
        assertEquals("[2, 1, 3]", ((Map<?, ?>) state.get("state")).keySet().toString());
    }

    // ---- many parameters in one kernel call ----

    /** Large parameters go another way, which must give the same bits: as one tensor and as a thousand pieces of it. */
    @ParameterizedTest
    @CsvSource({"0, false", "0.1, false", "0, true", "0.1, true"})
    void momentumDoesNotDependOnTheSizeOfTheParameter(double weightDecay, boolean nesterov) {
        SGD.Options options = SGD.options().lr(0.1).momentum(0.9).weightDecay(weightDecay).nesterov(nesterov);
        Tensor.manualSeed(4);
        int pieces = 1001;
        int size = 150;
        Tensor whole = Tensor.randn(pieces, size);
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            parts.add(whole.get(i).clone().setRequiresGrad(true));
        }
        whole.setRequiresGrad(true);
        SGD one = new SGD(List.of(whole), options);
        SGD many = new SGD(parts, options);
        for (int step = 0; step < 5; step++) {
            Tensor grad = Tensor.randn(pieces, size);
            whole.setGrad(grad);
            for (int i = 0; i < pieces; i++) {
                parts.get(i).setGrad(grad.get(i).clone());
            }
            one.step();
            many.step();
        }
        float[] values = whole.toFloatArray();
        for (int i = 0; i < pieces; i++) {
            assertArrayEquals(Arrays.copyOfRange(values, i * size, (i + 1) * size), parts.get(i).toFloatArray());
        }
    }

    /** A group of small and large parameters of both types, some without a gradient now and then, is stepped as each would be alone. */
    @Test
    void aGroupIsSteppedAsItsParametersAlone() {
        List<Function<List<Tensor>, Optimizer>> makers = new ArrayList<>(List.of(p -> new SGD(p, SGD.options().momentum(0.9).nesterov(true)),
                p -> new Adam(p, Adam.options().amsgrad(true).weightDecay(0.1)), p -> new ASGD(p, ASGD.options().t0(5))));
        Kinds.ALL.values().forEach(kind -> makers.add(p -> kind.apply(List.of(ParamGroup.of(p)))));
        int[] sizes = {3, 200, 5000, 1, 256, 257, 0, 250, 250, 250, 250, 1024, 7, 40_000, 20_001, 1025}; // the large ones are cut among threads
        for (Function<List<Tensor>, Optimizer> maker : makers) {
            List<Tensor> together = mixed(sizes);
            List<Tensor> alone = mixed(sizes);
            Optimizer one = maker.apply(together);
            List<Optimizer> many = alone.stream().map(p -> maker.apply(List.of(p))).toList();
            for (int step = 1; step <= 12; step++) {
                for (int i = 0; i < sizes.length; i++) {
                    boolean skipped = (step + i) % (i % 4 + 2) == 0;
                    together.get(i).setGrad(skipped ? null : Sequence.gradient(step, together.get(i)));
                    alone.get(i).setGrad(skipped ? null : Sequence.gradient(step, alone.get(i)));
                }
                one.step();
                many.forEach(Optimizer::step);
            }
            for (int i = 0; i < sizes.length; i++) {
                assertArrayEquals(alone.get(i).toDoubleArray(), together.get(i).toDoubleArray(), "parameter " + i);
            }
        }
    }

    private static List<Tensor> mixed(int... sizes) {
        return IntStream.range(0, sizes.length).mapToObj(i -> Sequence.start(i % 5 == 4 ? DType.FLOAT64 : DType.FLOAT32, sizes[i])).toList();
    }

    // ---- memory ----

    @Test
    void anyStridesGiveTheSameResult() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            Tensor plain = Sequence.start(dtype, 37, 41);
            Tensor turned = plain.detach().t().contiguous().t().setRequiresGrad(true);
            assertFalse(turned.isContiguous());
            Tensor shifted = Tensor.cat(0, Tensor.zeros(dtype, 1, 41), plain.detach()).narrow(0, 1, 37).detach().setRequiresGrad(true);
            for (Tensor odd : List.of(turned, shifted)) {
                Tensor p = plain.detach().clone().setRequiresGrad(true);
                List<Optimizer> optimizers = List.of(new Adam(List.of(p), Adam.options().lr(0.1).amsgrad(true).weightDecay(0.1)),
                        new Adam(List.of(odd), Adam.options().lr(0.1).amsgrad(true).weightDecay(0.1)));
                for (int step = 1; step <= 3; step++) {
                    Tensor g = Sequence.gradient(step, p);
                    p.setGrad(g);
                    odd.setGrad(g.t().contiguous().t());
                    optimizers.forEach(Optimizer::step);
                }
                assertArrayEquals(p.toDoubleArray(), odd.toDoubleArray());
            }
        }
    }

    /** As a module's {@code to} does: the parameter stays the same object, and so does the optimizer. */
    @Test
    void stateFollowsItsParameterToAnotherType() {
        for (DType next : List.of(DType.FLOAT64, DType.FLOAT32)) {
            DType before = next == DType.FLOAT64 ? DType.FLOAT32 : DType.FLOAT64;
            for (Function<List<Tensor>, Optimizer> maker : List.<Function<List<Tensor>, Optimizer>>of(
                    p -> new SGD(p, SGD.options().momentum(0.9)), p -> new Adam(p, Adam.options().amsgrad(true)))) {
                Tensor p = Sequence.start(before, 5);
                Optimizer optimizer = maker.apply(List.of(p));
                Sequence.run(optimizer, 1, 3, p);
                Tensor q = p.detach().to(next).clone().setRequiresGrad(true);
                Optimizer loaded = maker.apply(List.of(q));
                loaded.loadStateDict(optimizer.stateDict());
                try (var scope = TensorScope.open()) {
                    p.setData(TensorScope.outlive(p.detach().to(next)));
                    Sequence.run(optimizer, 4, 4, p);
                    p.clearGrad();
                }
                Sequence.run(optimizer, 5, 6, p);
                Sequence.run(loaded, 4, 6, q);
                assertSame(next, p.dtype());
                assertArrayEquals(q.toDoubleArray(), p.toDoubleArray());
                assertEquals(loaded.stateDict().toString(), optimizer.stateDict().toString());
            }
        }
    }

    @Test
    void whatDoesNotFitAfterSetDataIsRefused() {
        Tensor p = param(1, 2);
        Adam adam = new Adam(List.of(p), 0.1);
        Sequence.run(adam, 1, 1, p);
        p.setData(Tensor.zeros(3));
        assertEquals("step: the gradient is float64 (2) on cpu, the parameter float32 (3) on cpu; after setData convert the gradient or clear it",
                assertThrows(IllegalStateException.class, adam::step).getMessage());
        p.setGrad(Tensor.zeros(3));
        assertEquals("step: the parameter is float32 (3) on cpu now, its state float64 (2) on cpu; make a new optimizer",
                assertThrows(IllegalStateException.class, adam::step).getMessage());
    }

    @Test
    void emptyAndScalarParametersWork() {
        Tensor empty = Tensor.zeros(0, 3).setRequiresGrad(true);
        Tensor scalar = Tensor.scalar(1.0).setRequiresGrad(true);
        for (Optimizer optimizer : List.of(new Adam(List.of(empty, scalar), 0.1), new SGD(List.of(empty, scalar), SGD.options().momentum(0.9)))) {
            empty.setGrad(empty.onesLike());
            scalar.setGrad(scalar.onesLike());
            assertDoesNotThrow(() -> optimizer.step());
        }
    }

    @Test
    void stateAndParametersOutliveScopes() {
        Tensor p = Sequence.start(DType.FLOAT32, 5000);
        Tensor q = Sequence.start(DType.FLOAT32, 5000);
        Adam scoped = new Adam(List.of(p), Adam.options().lr(0.1).amsgrad(true));
        Adam plain = new Adam(List.of(q), Adam.options().lr(0.1).amsgrad(true));
        for (int step = 1; step <= 5; step++) {
            try (var outer = TensorScope.open(); var inner = TensorScope.open()) {
                Sequence.run(scoped, step, step, p);
                scoped.zeroGrad();
            }
            Sequence.run(plain, step, step, q);
        }
        assertArrayEquals(q.toDoubleArray(), p.toDoubleArray());
        Map<String, Object> saved;
        try (var scope = TensorScope.open()) {
            saved = scoped.stateDict();
        }
        assertEquals(plain.stateDict().toString(), saved.toString());
    }

    @Test
    void twoThreadsTrainAsOne() throws InterruptedException {
        double[][] results = new double[3][];
        Thread[] threads = IntStream.range(0, 2).mapToObj(i -> new Thread(() -> results[i] = train())).toArray(Thread[]::new);
        for (Thread t : threads) {
            t.start();
        }
        for (Thread t : threads) {
            t.join();
        }
        results[2] = train();
        assertArrayEquals(results[2], results[0]);
        assertArrayEquals(results[2], results[1]);
    }

    private static double[] train() {
        Tensor p = Sequence.start(DType.FLOAT32, 20_000);
        Adam adam = new Adam(List.of(p), 0.01);
        for (int i = 0; i < 20; i++) {
            adam.zeroGrad();
            p.mul(p).sum().backward();
            adam.step();
        }
        return p.toDoubleArray();
    }
}
