package io.candela.nn;

/** What all dropouts have: a probability, and nothing to do in evaluation. */
abstract sealed class DropoutLayer extends HookedLayer permits Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout {
    final double p;

    DropoutLayer(double p) {
        Dropouts.check(typeName(), p);
        this.p = p;
    }

    @Override
    protected final String describe() {
        return "p=" + ModulePrinter.number(p) + ", inplace=False";
    }
}
