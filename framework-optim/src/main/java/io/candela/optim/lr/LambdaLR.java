package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Sets the learning rate to the first one times a function of the epoch, as {@code torch.optim.lr_scheduler.LambdaLR}.
 */
public final class LambdaLR extends FunctionLR {
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
        super(optimizer, lrLambdas, lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        return baseLr(group) * factor(group);
    }
}
