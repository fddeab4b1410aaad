package io.candela.backend.cpu;

/** The gradient of a convolution's weight and bias, in parts that threads compute. */
interface ConvWeightPass {
    /** How many parts there are. */
    int parts();

    /** Computes one part, on any thread. */
    void run(int part);

    /** Puts the parts together, when all are done. */
    void finish();
}
