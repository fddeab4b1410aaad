package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import io.candela.tensor.Tuple;

/** The momentum of an optimizer's groups, which some schedules move against the learning rate: {@code momentum}, or the first of {@code betas}. */
final class Momentum {
    private Momentum() {
    }

    /**
     * Whether the optimizer's momentum is the first of its betas.
     *
     * @throws IllegalArgumentException if it has no momentum
     */
    static boolean isBeta(Optimizer optimizer, String scheduler) {
        boolean beta = optimizer.defaults().containsKey("betas");
        if (!beta && !optimizer.defaults().containsKey("momentum")) {
            throw new IllegalArgumentException("%s: %s has neither momentum nor betas to cycle; set cycleMomentum(false)".formatted(scheduler,
                    optimizer.getClass().getSimpleName()));
        }
        return beta;
    }

    static void set(ParamGroup group, boolean beta, double momentum) {
        if (beta) {
            group.set("betas", Tuple.of(momentum, group.number("betas", 1)));
        } else {
            group.set("momentum", momentum);
        }
    }
}
