package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.tensor.Counter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Multiplies the learning rate by {@code gamma} at each of some epochs, as {@code torch.optim.lr_scheduler.MultiStepLR}. An epoch that is named
 * twice counts twice.
 */
public final class MultiStepLR extends LRScheduler {
    /** A tenth at each milestone. */
    public MultiStepLR(Optimizer optimizer, List<Integer> milestones) {
        this(optimizer, milestones, 0.1);
    }

    /** A fresh schedule. */
    public MultiStepLR(Optimizer optimizer, List<Integer> milestones, double gamma) {
        this(optimizer, milestones, gamma, -1);
    }

    /** @param lastEpoch see {@link #start} */
    public MultiStepLR(Optimizer optimizer, List<Integer> milestones, double gamma, int lastEpoch) {
        super(optimizer);
        Map<Object, Object> counts = new LinkedHashMap<>();
        milestones.forEach(epoch -> counts.merge((long) epoch, 1L, (a, b) -> (Long) a + (Long) b));
        state().put("milestones", new Counter(counts)).put("gamma", gamma);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        Object times = ((Map<?, ?>) state().value("milestones")).get((long) lastEpoch());
        return times == null ? current : current * Math.pow(state().number("gamma"), ((Number) times).doubleValue());
    }

    @Override
    protected double firstLr(int group, double current) {
        long passed = 0;
        for (Map.Entry<?, ?> milestone : ((Map<?, ?>) state().value("milestones")).entrySet()) {
            passed += ((Number) milestone.getKey()).longValue() <= 0 ? ((Number) milestone.getValue()).longValue() : 0;
        }
        return baseLr(group) * Math.pow(state().number("gamma"), passed);
    }
}
