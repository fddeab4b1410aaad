package io.candela.benchmarks.peers;

/** DJL on its PyTorch engine. */
final class Djl {
    private Djl() {}

    /** To be called before the first DJL class is touched. */
    static void prepare(boolean tiny) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        NativeEnvironment.prepare(tiny);
    }
}
