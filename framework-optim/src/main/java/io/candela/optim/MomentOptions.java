package io.candela.optim;

import io.candela.tensor.Tuple;

/**
 * Options that Adam and its relatives have in common.
 *
 * @param <O> the kind itself
 */
abstract class MomentOptions<O> extends DecayOptions<O> {
    MomentOptions(Hyperparameters values) {
        super(values);
    }

    /** How much of the running means, of the gradient and of its square, is kept in a step; 0.9 and 0.999 unless set. */
    public O betas(double beta1, double beta2) {
        return with("betas", Tuple.of(beta1, beta2));
    }

    /** Added to the divisor, against division by 0; 1e-8 unless set. */
    public O eps(double eps) {
        return with("eps", eps);
    }
}
