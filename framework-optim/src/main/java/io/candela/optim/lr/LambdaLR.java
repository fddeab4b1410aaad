package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Sets the learning rate to the first one times a function of the epoch, as {@code torch.optim.lr_scheduler.LambdaLR}.
 */
public final class LambdaLR extends LRScheduler {
    private final List<IntToDoubleFunction> lrLambdas;

    /** The same function for all groups. */
    public LambdaLR(Optimizer optimizer, IntToDoubleFunction lrLambda) {
        this(optimizer, Collections.nCopies(optimizer.paramGroups().size(), lrLambda));
    }

    /** A function for each group. */
    public LambdaLR(Optimizer optimizer, List<IntToDoubleFunction> lrLambdas) {
        this(optimizer, lrLambdas, -1);
    }

    /**
     * @param lrLambdas from the epoch to a factor, one for each group
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException if there are not as many functions as groups
     */
    public LambdaLR(Optimizer optimizer, List<IntToDoubleFunction> lrLambdas, int lastEpoch) {
        super(optimizer);
        if (lrLambdas.size() != groups().size()) {
            throw new IllegalArgumentException("LambdaLR: the optimizer has %d parameter groups, got %d functions".formatted(groups().size(),
                    lrLambdas.size()));
        }
        this.lrLambdas = List.copyOf(lrLambdas);
        start(lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        return baseLr(group) * lrLambdas.get(group).applyAsDouble(lastEpoch());
    }

    /** The functions are not saved: a null stands for each. */
    @Override
    public Map<String, Object> stateDict() {
        Map<String, Object> dict = super.stateDict();
        dict.put("lr_lambdas", new ArrayList<>(Collections.nCopies(lrLambdas.size(), null)));
        return dict;
    }

    @Override
    List<String> unread() {
        return List.of("lr_lambdas");
    }

    @Override
    Runnable loading(Map<?, ?> saved, List<String> problems) {
        if (!(saved.get("lr_lambdas") instanceof List<?> list) || list.size() != lrLambdas.size()) {
            problems.add("lr_lambdas must be a list of %d, got %s".formatted(lrLambdas.size(), saved.get("lr_lambdas")));
        }
        return super.loading(saved, problems);
    }
}
