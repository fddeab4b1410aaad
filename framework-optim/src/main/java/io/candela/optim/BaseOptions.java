package io.candela.optim;

/**
 * What can be set of an optimizer besides its parameters. Immutable: every method gives a changed copy.
 *
 * @param <O> the kind itself
 */
abstract class BaseOptions<O> {
    final Hyperparameters values;

    BaseOptions(Hyperparameters values) {
        this.values = values;
    }

    /** Options with these values. */
    abstract O copy(Hyperparameters changed);

    /** A copy in which one option, by PyTorch's name, has another value. */
    final O with(String name, Object value) {
        return copy(values.with(name, value));
    }

    /** Learning rate. */
    public O lr(double lr) {
        return with("lr", lr);
    }
}
