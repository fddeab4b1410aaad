package io.candela.optim.lr;

import io.candela.optim.Adam;
import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import io.candela.optim.SGD;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The optimizers and schedulers of {@code tools/golden/schedulers.py}, by title. */
final class Schedules {
    static final Map<String, Function<Optimizer, LRScheduler>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("LambdaLR", o -> new LambdaLR(o, List.of(e -> Math.pow(0.99, e), e -> 1.0 / (1 + e))));
        ALL.put("MultiplicativeLR", o -> new MultiplicativeLR(o, e -> 1 - 1.0 / (e + 10)));
        ALL.put("StepLR", o -> new StepLR(o, 30, 0.9));
        ALL.put("StepLR default", o -> new StepLR(o, 300));
        ALL.put("MultiStepLR", o -> new MultiStepLR(o, List.of(3, 30, 30, 500), 0.5));
        ALL.put("ConstantLR", o -> new ConstantLR(o, 0.3, 20));
        ALL.put("ConstantLR default", ConstantLR::new);
        ALL.put("LinearLR", o -> new LinearLR(o, 0.1, 0.7, 300));
        ALL.put("LinearLR default", LinearLR::new);
        ALL.put("ExponentialLR", o -> new ExponentialLR(o, 0.99));
        ALL.put("PolynomialLR", o -> new PolynomialLR(o, 700, 2));
        ALL.put("PolynomialLR default", PolynomialLR::new);
        ALL.put("CosineAnnealingLR", o -> new CosineAnnealingLR(o, 37, 0.01));
        ALL.put("CosineAnnealingLR default", o -> new CosineAnnealingLR(o, 1000));
        ALL.put("CosineAnnealingWarmRestarts", o -> new CosineAnnealingWarmRestarts(o, 7, 2, 0.01));
        ALL.put("CosineAnnealingWarmRestarts default", o -> new CosineAnnealingWarmRestarts(o, 50));
        ALL.put("CyclicLR", o -> new CyclicLR(o, 0.01, 0.3));
        ALL.put("CyclicLR triangular2", o -> new CyclicLR(o, new double[] {0.01, 0.02}, new double[] {0.3, 0.4}, CyclicLR.options().stepSizeUp(20)
                .stepSizeDown(30).mode("triangular2").baseMomentum(0.7).maxMomentum(0.95)));
        ALL.put("CyclicLR exp_range", o -> new CyclicLR(o, 0.01, 0.3, CyclicLR.options().stepSizeUp(100).mode("exp_range").gamma(0.999)
                .cycleMomentum(false)));
        ALL.put("CyclicLR function", o -> new CyclicLR(o, 0.01, 0.3, CyclicLR.options().stepSizeUp(10).scaleFn(x -> 1 / x, "cycle")));
        ALL.put("OneCycleLR", o -> new OneCycleLR(o, 0.3, 1000));
        ALL.put("OneCycleLR linear", o -> new OneCycleLR(o, new double[] {0.3, 0.4}, 1000, OneCycleLR.options().pctStart(0.2).annealStrategy("linear")
                .divFactor(10).finalDivFactor(100).baseMomentum(0.7).maxMomentum(0.9)));
        ALL.put("OneCycleLR three phases", o -> new OneCycleLR(o, 0.3, 1000, OneCycleLR.options().threePhase(true).cycleMomentum(false)));
        ALL.put("ReduceLROnPlateau", o -> new ReduceLROnPlateau(o, ReduceLROnPlateau.options().factor(0.5).patience(3).minLr(1e-4)));
        ALL.put("ReduceLROnPlateau max", o -> new ReduceLROnPlateau(o, ReduceLROnPlateau.options().mode("max").factor(0.8).patience(20).threshold(0.05)
                .thresholdMode("abs").cooldown(5).minLr(0.01, 0.001)));
        ALL.put("SequentialLR", o -> new SequentialLR(o, List.of(new LinearLR(o, 0.1, 1, 10), new CosineAnnealingLR(o, 490),
                new MultiStepLR(o, List.of(0, 5)), new ExponentialLR(o, 0.99)), List.of(10, 500, 600)));
        ALL.put("SequentialLR of others", o -> new SequentialLR(o, List.of(new ConstantLR(o), new StepLR(o, 5), new PolynomialLR(o, 50, 1),
                new LambdaLR(o, e -> Math.pow(0.9, e)), new CosineAnnealingWarmRestarts(o, 20), new ConstantLR(o, 0.5, 9)),
                List.of(7, 30, 100, 300, 600)));
        ALL.put("ChainedScheduler", o -> new ChainedScheduler(List.of(new ConstantLR(o, 0.1, 20), new ExponentialLR(o, 0.999), new StepLR(o, 400))));
        ALL.put("SWALR", o -> new SWALR(o, 0.05));
        ALL.put("SWALR linear", o -> new SWALR(o, new double[] {0.05, 0.7}, 100, "linear", -1));
        ALL.put("SWALR at once", o -> new SWALR(o, 0.05, 0, "cos"));
    }

    private Schedules() {
    }

    /** @param kind {@code SGD} or {@code Adam} */
    static Optimizer optimizer(String kind) {
        List<ParamGroup> groups = List.of(ParamGroup.of(Tensor.zeros(2)), ParamGroup.of(Tensor.zeros(3)).set("lr", 0.5));
        return kind.equals("Adam") ? new Adam(groups, 0.1) : new SGD(groups, SGD.options().lr(0.1).momentum(0.9));
    }

    private static double metric(int step) {
        return step < 30 ? 1.0 / (1 + step) : 1 + (step * 7919 % 101) / 100.0 + step / 100 / 10.0;
    }

    static void step(Optimizer optimizer, LRScheduler scheduler, int number) {
        optimizer.step();
        if (scheduler instanceof ReduceLROnPlateau plateau) {
            plateau.step(metric(number));
        } else {
            scheduler.step();
        }
    }

    /** Learning rates and, where it is cycled, momentum of all groups. */
    static List<Double> values(Optimizer optimizer) {
        List<Double> values = new ArrayList<>();
        optimizer.paramGroups().forEach(group -> values.add(group.lr()));
        for (ParamGroup group : optimizer.paramGroups()) {
            if (group.options().containsKey("base_momentum")) {
                values.add(group.options().containsKey("betas") ? group.number("betas", 0) : group.number("momentum"));
            }
        }
        return values;
    }
}
