package io.candela.backend.cuda;

/** What products and convolutions may do for speed, see {@link Cuda}. The defaults are PyTorch's. */
final class Precision {
    static volatile boolean matmulTf32;
    static volatile boolean convTf32 = true;
    static volatile boolean convMeasured;
    static volatile boolean convDeterministic;
    static volatile long mostConvWorkspace = 1L << 30;

    private Precision() {}
}
