package io.candela.nn;

/** What adaptive poolings have in common: how many windows there are, not how large they are. */
abstract sealed class AdaptivePoolLayer extends HookedLayer permits AdaptiveAvgPoolLayer, AdaptiveMaxPoolLayer {
    final int spatial;
    final int[] outputSize; // −1 for the input's
    final Integer[] asked; // as the constructor got it

    AdaptivePoolLayer(int spatial, Integer... outputSize) {
        this.spatial = spatial;
        this.outputSize = PoolFunctions.wanted(typeName(), spatial, outputSize);
        asked = outputSize.clone();
    }

    @Override
    protected final String describe() {
        return "output_size=" + ModulePrinter.sizes(asked);
    }
}
