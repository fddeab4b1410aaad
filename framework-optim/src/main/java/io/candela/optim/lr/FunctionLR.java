package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** A schedule with a function of the epoch for each group, which is not saved. */
abstract sealed class FunctionLR extends LRScheduler permits LambdaLR, MultiplicativeLR {
    private final List<IntToDoubleFunction> lrLambdas;

    FunctionLR(Optimizer optimizer, List<IntToDoubleFunction> lrLambdas, int lastEpoch) {
        super(optimizer);
        if (lrLambdas.size() != groups().size()) {
            throw new IllegalArgumentException("%s: the optimizer has %d parameter groups, got %d functions".formatted(getClass().getSimpleName(),
                    groups().size(), lrLambdas.size()));
        }
        this.lrLambdas = List.copyOf(lrLambdas);
        start(lastEpoch);
    }

    /** A group's function of the present epoch. */
    final double factor(int group) {
        return lrLambdas.get(group).applyAsDouble(lastEpoch());
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
