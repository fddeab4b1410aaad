package io.candela.optim.lr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.optim.Adagrad;
import io.candela.optim.Adam;
import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import io.candela.optim.SGD;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LRSchedulerTest {
    private static SGD sgd(double lr) {
        return new SGD(List.of(Tensor.zeros(1)), SGD.options().lr(lr).momentum(0.9));
    }

    private static void epochs(Optimizer optimizer, LRScheduler scheduler, int count) {
        for (int i = 0; i < count; i++) {
            optimizer.step();
            scheduler.step();
        }
    }

    // ---- beginning ----

    @Test
    void theConstructorSetsTheLearningRateAndKeepsTheFirst() {
        SGD sgd = sgd(0.4);
        LRScheduler scheduler = new ConstantLR(sgd, 0.25, 3);
        assertEquals(0.1, sgd.getLr());
        assertEquals(0.4, sgd.paramGroups().get(0).get("initial_lr"));
        assertEquals(List.of(0.1), scheduler.getLastLr());
        assertEquals(0, scheduler.lastEpoch());
        assertSame(sgd, scheduler.optimizer());
        new ExponentialLR(sgd, 0.5); // a second one keeps the first learning rate
        assertEquals(0.4, sgd.paramGroups().get(0).get("initial_lr"));
    }

    @Test
    void goingOnNeedsTheFirstLearningRate() {
        SGD sgd = sgd(0.4);
        assertEquals("StepLR: lastEpoch is 4, but group 0 has no initial_lr; load the optimizer's state first, or leave lastEpoch out for a fresh run",
                assertThrows(IllegalArgumentException.class, () -> new StepLR(sgd, 3, 0.1, 4)).getMessage());
        assertEquals(0.4, sgd.getLr());
        assertFalse(sgd.paramGroups().get(0).options().containsKey("initial_lr"));
    }

    /** Learning rates at once and after a step, as PyTorch 2.13 has them for lr 0.1, initial_lr 0.4, last_epoch 4. */
    @Test
    void lastEpochGoesOnAsInPyTorch() {
        Map<Function<Optimizer, LRScheduler>, List<Double>> expected = new LinkedHashMap<>();
        expected.put(o -> new StepLR(o, 3, 0.5, 4), List.of(0.1, 0.05));
        expected.put(o -> new StepLR(o, 5, 0.5, 4), List.of(0.05, 0.05));
        expected.put(o -> new ExponentialLR(o, 0.5, 4), List.of(0.1, 0.05));
        expected.put(o -> new CosineAnnealingLR(o, 10, 0.01, 4), List.of(0.1, 0.07218847050625475));
        expected.put(o -> new LinearLR(o, 0.5, 1, 10, 4), List.of(0.1, 0.10666666666666667));
        expected.put(o -> new PolynomialLR(o, 10, 2, 4), List.of(0.1, 0.06400000000000002));
        expected.put(o -> new LambdaLR(o, List.of(e -> Math.pow(0.5, e)), 4), List.of(0.0125, 0.00625));
        expected.put(o -> new MultiplicativeLR(o, List.of(e -> 0.5), 4), List.of(0.1, 0.05));
        expected.put(o -> new MultiStepLR(o, List.of(5), 0.5, 4), List.of(0.05, 0.05));
        expected.put(o -> new ConstantLR(o, 0.25, 5, 4), List.of(0.4, 0.4));
        expected.put(o -> new CosineAnnealingWarmRestarts(o, 3, 2, 0, 4), List.of(0.30000000000000004, 0.2));
        expected.forEach((make, lrs) -> {
            SGD sgd = sgd(0.1);
            sgd.paramGroups().get(0).set("initial_lr", 0.4);
            LRScheduler scheduler = make.apply(sgd);
            assertEquals(lrs.get(0), sgd.getLr(), 1e-15);
            epochs(sgd, scheduler, 1);
            assertEquals(lrs.get(1), sgd.getLr(), 1e-15);
            assertEquals(6, scheduler.lastEpoch());
        });
    }

    // ---- stepping ----

    @Test
    void learningRatesChangedByHandAreGoneOnFrom() {
        SGD sgd = sgd(0.5);
        LRScheduler scheduler = new ExponentialLR(sgd, 0.5);
        sgd.setLr(8);
        epochs(sgd, scheduler, 1);
        assertEquals(4, sgd.getLr());
    }

    /** Values of PyTorch 2.13. */
    @Test
    void warmRestartsGoToAnyPoint() {
        SGD sgd = sgd(0.1);
        CosineAnnealingWarmRestarts scheduler = new CosineAnnealingWarmRestarts(sgd, 4, 2, 0.01);
        double[] epochs = {0.5, 1.25, 4, 11.5, 13, 29.75};
        double[] expected = {0.0965745789630079, 0.0800006604858821, 0.1, 0.01086466238185463, 0.09913533761814537, 0.09933749390750235};
        for (int i = 0; i < epochs.length; i++) {
            scheduler.step(epochs[i]);
            assertEquals(expected[i], sgd.getLr(), 1e-14, "epoch " + epochs[i]);
        }
        Map<String, Object> saved = scheduler.stateDict();
        scheduler.step();
        assertEquals(0.0983699229607948, sgd.getLr(), 1e-14);
        assertEquals(30, scheduler.lastEpoch());
        LRScheduler other = new CosineAnnealingWarmRestarts(sgd, 4, 2, 0.01);
        other.loadStateDict(saved);
        other.step();
        assertEquals(scheduler.stateDict(), other.stateDict());
        assertThrows(IllegalArgumentException.class, () -> scheduler.step(-1.0));
    }

    @Test
    void aStepThatFailsChangesNothing() {
        SGD sgd = sgd(0.1);
        LRScheduler scheduler = new OneCycleLR(sgd, 1, 3);
        epochs(sgd, scheduler, 3);
        String before = scheduler.stateDict() + sgd.toString();
        assertEquals("OneCycleLR: step 4 of 3; make the schedule longer", assertThrows(IllegalStateException.class, scheduler::step).getMessage());
        assertEquals(before, scheduler.stateDict() + sgd.toString());
    }

    @Test
    void groupsAddedLaterAreStepped() {
        SGD sgd = sgd(0.5);
        LRScheduler exponential = new ExponentialLR(sgd, 0.5);
        LRScheduler cosine = new CosineAnnealingLR(sgd, 2);
        sgd.addParamGroup(ParamGroup.of(Tensor.zeros(1)).set("lr", 1.0));
        epochs(sgd, exponential, 1);
        assertEquals(List.of(0.25, 0.5), exponential.getLastLr());
        epochs(sgd, cosine, 2);
        assertEquals("CosineAnnealingLR: the optimizer has 2 parameter groups, 1 when the scheduler was made; make a new scheduler",
                assertThrows(IllegalStateException.class, cosine::step).getMessage());
    }

    @Test
    void steppingBeforeTheOptimizerIsWarnedOfOnce() {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(java.text.MessageFormat.format(record.getMessage(), record.getParameters()));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger(LRScheduler.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            LRScheduler early = new StepLR(sgd(0.1), 3);
            early.step();
            early.step();
            assertEquals(List.of("StepLR: step() was called before the optimizer's step(), so the first learning rate of the schedule is skipped"),
                    warnings);
            SGD sgd = sgd(0.1);
            LRScheduler late = new StepLR(sgd, 3);
            epochs(sgd, late, 2);
            LRScheduler resumed = new StepLR(sgd(0.1), 3);
            resumed.loadStateDict(new StepLR(sgd(0.1), 3).stateDict()); // saved after the optimizer's first step, before the schedule's
            resumed.step();
            assertEquals(1, warnings.size());
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void aPlateauNeedsTheMetric() {
        assertEquals("ReduceLROnPlateau: step needs the metric; call step(validationLoss)",
                assertThrows(UnsupportedOperationException.class, () -> new ReduceLROnPlateau(sgd(1)).step()).getMessage());
        SGD sgd = sgd(1);
        ReduceLROnPlateau plateau = new ReduceLROnPlateau(sgd, ReduceLROnPlateau.options().patience(0).cooldown(1));
        plateau.step(Double.NaN); // not better
        assertEquals(0.1, sgd.getLr(), 1e-15);
        assertEquals(true, plateau.isCoolingDown());
    }

    // ---- saving and loading ----

    /** Whatever the order in which things are built and loaded; PyTorch keeps the learning rate that the constructor set. */
    @TestFactory
    Stream<DynamicTest> afterLoadingTheLearningRateIsTheSavedOne() {
        return Schedules.ALL.entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
            Optimizer optimizer = Schedules.optimizer("SGD");
            LRScheduler scheduler = entry.getValue().apply(optimizer);
            for (int step = 1; step <= 33; step++) {
                Schedules.step(optimizer, scheduler, step);
            }
            Map<String, Object> saved = scheduler.stateDict();
            Map<String, Object> savedOptimizer = optimizer.stateDict();
            for (String order : List.of("bol", "obl", "blo", "bl")) { // build, load the optimizer, load the scheduler
                Optimizer resumed = Schedules.optimizer("SGD");
                LRScheduler other = null;
                for (char step : order.toCharArray()) {
                    if (step == 'b') {
                        other = entry.getValue().apply(resumed);
                    } else if (step == 'o') {
                        resumed.loadStateDict(savedOptimizer);
                    } else {
                        other.loadStateDict(saved);
                    }
                }
                assertEquals(Schedules.values(optimizer), Schedules.values(resumed), order);
                assertEquals(scheduler.getLastLr(), other.getLastLr(), order);
                assertEquals(saved, other.stateDict(), order);
            }
        }));
    }

    @Test
    void aSavedStateIsACopy() {
        SGD sgd = sgd(0.5);
        LRScheduler scheduler = new SequentialLR(sgd, List.of(new ExponentialLR(sgd, 0.5), new StepLR(sgd, 2)), List.of(2));
        String before = scheduler.stateDict().toString();
        Map<String, Object> saved = scheduler.stateDict();
        epochs(sgd, scheduler, 3);
        assertEquals(before, saved.toString());
        scheduler.loadStateDict(saved);
        epochs(sgd, scheduler, 1);
        assertEquals(before, saved.toString());
    }

    @Test
    void functionsAreNotSavedAndTheirNumberMustAgree() {
        SGD sgd = sgd(0.5);
        LambdaLR lambda = new LambdaLR(sgd, e -> 1.0 / (1 + e));
        Map<String, Object> saved = lambda.stateDict();
        List<Object> none = new ArrayList<>();
        none.add(null);
        assertEquals(none, saved.get("lr_lambdas"));
        new LambdaLR(sgd, e -> 2).loadStateDict(saved);
        saved.put("lr_lambdas", List.of());
        refused(lambda, saved, "lr_lambdas must be a list of 1, got []");
    }

    private static void refused(LRScheduler scheduler, Map<?, ?> saved, String... problems) {
        String before = scheduler.stateDict() + scheduler.optimizer().toString();
        StateDictException e = assertThrows(StateDictException.class, () -> scheduler.loadStateDict(saved));
        assertEquals(List.of(problems), e.problems());
        assertEquals(before, scheduler.stateDict() + scheduler.optimizer().toString());
    }

    @Test
    void whatDoesNotFitIsRefusedAsAWhole() {
        SGD sgd = sgd(0.5);
        StepLR scheduler = new StepLR(sgd, 3);
        refused(scheduler, new ExponentialLR(sgd(0.1), 0.5).stateDict(), "step_size is missing");
        refused(scheduler, new LinearLR(sgd(0.1)).stateDict(), "step_size is missing", "gamma is missing",
                "unexpected start_factor; was it saved by another scheduler?", "unexpected end_factor; was it saved by another scheduler?",
                "unexpected total_iters; was it saved by another scheduler?");
        refused(scheduler, new StepLR(Schedules.optimizer("SGD"), 3).stateDict(), "base_lrs must be a list of 1 element, got [0.1, 0.5]",
                "_last_lr must be a list of 1 element, got [0.1, 0.5]");
        Map<String, Object> saved = scheduler.stateDict();
        saved.put("optimizer", "another"); // a scheduler keeps its own
        saved.put("gamma", "x");
        saved.put("step_size", 2.5);
        saved.put("last_epoch", null);
        refused(scheduler, saved, "step_size must be a whole number, got 2.5", "gamma must be a number, got x", "last_epoch must be a whole number, got null",
                "unexpected optimizer; was it saved by another scheduler?");
        Map<String, Object> old = scheduler.stateDict();
        old.keySet().removeAll(List.of("_is_initial", "_get_lr_called_within_step")); // PyTorch before 2.8
        old.put("verbose", false);
        old.put("gamma", 1L);
        scheduler.loadStateDict(old);
        assertEquals(1.0, scheduler.stateDict().get("gamma"));
        refused(new MultiStepLR(sgd, List.of(1)), changed(new MultiStepLR(sgd, List.of(1)), "milestones", Map.of("a", 1L)),
                "milestones must be a map of counts, got {a=1}");
        refused(new OneCycleLR(sgd, 1, 10), changed(new OneCycleLR(sgd, 1, 10), "_schedule_phases", List.of(Map.of("end_step", 3L))),
                "_schedule_phases must be a list of phases, got [{end_step=3}]");
    }

    private static Map<String, Object> changed(LRScheduler scheduler, String name, Object value) {
        Map<String, Object> saved = scheduler.stateDict();
        saved.put(name, value);
        return saved;
    }

    @Test
    void schedulersWithinOthersAreCheckedBeforeAnyIsLoaded() {
        SGD sgd = sgd(0.5);
        ChainedScheduler chained = new ChainedScheduler(List.of(new ExponentialLR(sgd, 0.5), new StepLR(sgd, 2)));
        Map<String, Object> saved = new ChainedScheduler(List.of(new ExponentialLR(sgd, 0.25), new ExponentialLR(sgd, 0.5))).stateDict();
        refused(chained, saved, "scheduler 1, StepLR: step_size is missing");
        refused(chained, new ChainedScheduler(List.of(new StepLR(sgd, 2))).stateDict(),
                "_schedulers must be a list of 2 states, got " + new ChainedScheduler(List.of(new StepLR(sgd, 2))).stateDict().get("_schedulers"));
    }

    // ---- refusals ----

    @TestFactory
    Stream<DynamicTest> wrongArgumentsAreRefused() {
        Map<String, Supplier<LRScheduler>> refused = new LinkedHashMap<>();
        SGD sgd = sgd(0.1);
        refused.put("StepLR: stepSize must be positive, got 0", () -> new StepLR(sgd, 0));
        refused.put("ConstantLR: factor must be between 0 and 1, got 1.5", () -> new ConstantLR(sgd, 1.5, 3));
        refused.put("LinearLR: startFactor must be above 0 and at most 1, endFactor between 0 and 1, got 0.0 and 1.0", () -> new LinearLR(sgd, 0, 1, 3));
        refused.put("CosineAnnealingLR: tMax must be positive, got 0", () -> new CosineAnnealingLR(sgd, 0));
        refused.put("CosineAnnealingWarmRestarts: t0 and tMult must be positive, got 0 and 1", () -> new CosineAnnealingWarmRestarts(sgd, 0));
        refused.put("LambdaLR: the optimizer has 1 parameter groups, got 2 functions", () -> new LambdaLR(sgd, List.of(e -> 1, e -> 1)));
        refused.put("CyclicLR: mode must be triangular, triangular2 or exp_range, got x", () -> new CyclicLR(sgd, 0, 1, CyclicLR.options().mode("x")));
        refused.put("CyclicLR: the optimizer has 1 parameter groups, maxLrs has 2 values",
                () -> new CyclicLR(sgd, new double[] {0}, new double[] {1, 1}, CyclicLR.options()));
        refused.put("CyclicLR: Adagrad has neither momentum nor betas to cycle; set cycleMomentum(false)",
                () -> new CyclicLR(new Adagrad(List.of(Tensor.zeros(1)), 0.1), 0, 1));
        refused.put("OneCycleLR: totalSteps must be positive, got 0", () -> new OneCycleLR(sgd, 1, 0));
        refused.put("OneCycleLR: pctStart must be between 0 and 1, and not one step alone, got 0.1 of 10 steps",
                () -> new OneCycleLR(sgd, 1, 10, OneCycleLR.options().pctStart(0.1)));
        refused.put("OneCycleLR: annealStrategy must be cos or linear, got x", () -> new OneCycleLR(sgd, 1, 10, OneCycleLR.options().annealStrategy("x")));
        refused.put("ReduceLROnPlateau: factor must be below 1, got 1.0", () -> new ReduceLROnPlateau(sgd, ReduceLROnPlateau.options().factor(1)));
        refused.put("ReduceLROnPlateau: mode must be min or max, thresholdMode rel or abs, got x and rel",
                () -> new ReduceLROnPlateau(sgd, ReduceLROnPlateau.options().mode("x")));
        refused.put("SequentialLR: there are no schedulers", () -> new SequentialLR(sgd, List.of(), List.of()));
        refused.put("SequentialLR: 1 schedulers need 0 milestones, got 1", () -> new SequentialLR(sgd, List.of(new ConstantLR(sgd)), List.of(3)));
        refused.put("SequentialLR: scheduler 1 is a ReduceLROnPlateau, which needs a metric; step it by itself",
                () -> new SequentialLR(sgd, List.of(new ConstantLR(sgd), new ReduceLROnPlateau(sgd)), List.of(3)));
        refused.put("SequentialLR: scheduler 0, ConstantLR, belongs to another optimizer",
                () -> new SequentialLR(new Adam(List.of(Tensor.zeros(1)), 1), List.of(new ConstantLR(sgd)), List.of()));
        refused.put("SequentialLR: scheduler 1 is a ChainedScheduler, which cannot begin at a milestone",
                () -> new SequentialLR(sgd, List.of(new ConstantLR(sgd), new ChainedScheduler(List.of(new ConstantLR(sgd)))), List.of(3)));
        refused.put("ChainedScheduler: there are no schedulers", () -> new ChainedScheduler(List.of()));
        refused.put("SWALR: annealEpochs must be 0 or more, got -1", () -> new SWALR(sgd, 1, -1, "cos"));
        return refused.entrySet().stream().map(r -> DynamicTest.dynamicTest(r.getKey(),
                () -> assertEquals(r.getKey(), assertThrows(IllegalArgumentException.class, r.getValue()::get).getMessage())));
    }
}
