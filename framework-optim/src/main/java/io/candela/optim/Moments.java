package io.candela.optim;

import io.candela.backend.UpdateRule;

/** What the rules of Adam and its relatives have in common in one step of a group. */
final class Moments {
    private final ParamGroup group;
    private final double weightDecay;
    private final double shrink;
    private final double beta1;
    private final double beta2;
    private final double correction1; // by which the running means are too small, for they started at 0
    private final double correction2;

    private Moments(ParamGroup group, long step, boolean decoupled) {
        this.group = group;
        double decay = group.number("weight_decay");
        weightDecay = decoupled ? 0 : decay;
        shrink = decoupled ? 1 - group.lr() * decay : 1;
        beta1 = group.number("betas", 0);
        beta2 = group.number("betas", 1);
        correction1 = 1 - Math.pow(beta1, step);
        correction2 = Math.sqrt(1 - Math.pow(beta2, step));
    }

    /** The next step of a parameter of this state. */
    static Moments of(ParamGroup group, TensorState state, boolean decoupled) {
        return new Moments(group, state.step + 1, decoupled);
    }

    UpdateRule adam(boolean amsgrad) {
        return rule(group.lr() / correction1, 0, 1 / correction2, amsgrad, true);
    }

    /** {@code w −= (meanStep · m + gradStep · g) / (√v̂ + eps)}. */
    UpdateRule rule(double meanStep, double gradStep) {
        return rule(meanStep, gradStep, 1 / correction2, false, true);
    }

    /** {@code w −= meanStep · m / (√v + eps)}: v is not corrected. */
    UpdateRule uncorrected(double meanStep) {
        return rule(meanStep, 0, 1, false, true);
    }

    /** {@code w −= meanStep · m}. */
    UpdateRule undivided(double meanStep) {
        return rule(meanStep, 0, 1, false, false);
    }

    private UpdateRule rule(double meanStep, double gradStep, double rootScale, boolean amsgrad, boolean divide) {
        return new UpdateRule.Moments(group.flag("maximize"), weightDecay, shrink, beta1, beta2, group.number("eps"), meanStep, gradStep, rootScale,
                amsgrad, divide);
    }
}
