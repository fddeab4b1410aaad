package io.candela.optim;

/**
 * Options of most optimizers.
 *
 * @param <O> the kind itself
 */
abstract class DecayOptions<O> extends BaseOptions<O> {
    DecayOptions(Hyperparameters values) {
        super(values);
    }

    /** Factor of the parameter that is added to its gradient. */
    public O weightDecay(double weightDecay) {
        return with("weight_decay", weightDecay);
    }

    /** Whether to go up the gradient; false unless set. It is negated before weight decay is added. */
    public O maximize(boolean maximize) {
        return with("maximize", maximize);
    }
}
