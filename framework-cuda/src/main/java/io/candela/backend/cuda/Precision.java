package io.candela.backend.cuda;

/** Whether float32 may be multiplied as TF32, with factors of 10 bits: several times as fast. The defaults are PyTorch's. */
final class Precision {
    static volatile boolean matmulTf32;
    static volatile boolean convTf32 = true;

    private Precision() {}
}
