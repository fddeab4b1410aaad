package io.candela.nn;

/** A {@link Linear} under the name that PyTorch prints for the last map of {@link MultiheadAttention}. */
final class NonDynamicallyQuantizableLinear extends Linear {
    NonDynamicallyQuantizableLinear(int inFeatures, int outFeatures, boolean bias) {
        super(inFeatures, outFeatures, bias);
    }
}
