package io.candela.benchmarks.peers;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** ND4J's and DL4J's threads. */
final class Nd4jThreads {
    private Nd4jThreads() {}

    /** To be called before the first ND4J class is touched. */
    static void prepare(boolean tiny) {
        NativeEnvironment.prepare(tiny);
        NativeEnvironment.yieldToOpenBlas();
        if (tiny) {
            Nd4j.getBackend(); // loads the library, with a thread per core whatever the environment says
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        }
    }
}
