package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A schedule made of others. */
abstract class CompositeScheduler extends LRScheduler {
    final List<LRScheduler> schedulers;

    CompositeScheduler(Optimizer optimizer, List<? extends LRScheduler> schedulers) {
        super(optimizer);
        this.schedulers = List.copyOf(schedulers);
        if (schedulers.isEmpty()) {
            throw new IllegalArgumentException(name() + ": there are no schedulers");
        }
        for (int i = 0; i < schedulers.size(); i++) {
            LRScheduler scheduler = schedulers.get(i);
            if (scheduler instanceof ReduceLROnPlateau) {
                throw new IllegalArgumentException("%s: scheduler %d is a ReduceLROnPlateau, which needs a metric; step it by itself".formatted(name(), i));
            } else if (scheduler.optimizer() != optimizer) {
                throw new IllegalArgumentException("%s: scheduler %d, %s, belongs to another optimizer".formatted(name(), i, scheduler.name()));
            }
        }
    }

    @Override
    void undo() {
        schedulers.forEach(LRScheduler::undo);
    }

    @Override
    protected final double lr(int group, double current) {
        throw new AssertionError("its schedulers are asked");
    }

    @Override
    public Map<String, Object> stateDict() {
        Map<String, Object> dict = super.stateDict();
        List<Object> states = new ArrayList<>();
        schedulers.forEach(scheduler -> states.add(scheduler.stateDict()));
        dict.put("_schedulers", states);
        return dict;
    }

    @Override
    List<String> unread() {
        return List.of("_schedulers", "_step_count");
    }

    @Override
    Runnable loading(Map<?, ?> saved, List<String> problems) {
        List<Runnable> loadings = new ArrayList<>();
        if (saved.get("_schedulers") instanceof List<?> list && list.size() == schedulers.size() && list.stream().allMatch(Map.class::isInstance)) {
            for (int i = 0; i < schedulers.size(); i++) {
                List<String> own = new ArrayList<>();
                loadings.add(schedulers.get(i).loading((Map<?, ?>) list.get(i), own));
                for (String problem : own) {
                    problems.add("scheduler %d, %s: %s".formatted(i, schedulers.get(i).name(), problem));
                }
            }
        } else {
            problems.add("_schedulers must be a list of %d states, got %s".formatted(schedulers.size(), saved.get("_schedulers")));
        }
        loadings.add(super.loading(saved, problems)); // last, for its learning rates are those that count
        return () -> loadings.forEach(Runnable::run);
    }
}
