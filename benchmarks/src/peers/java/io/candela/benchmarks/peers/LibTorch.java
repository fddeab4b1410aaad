package io.candela.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;

/** libtorch through JavaCPP. */
final class LibTorch {
    private LibTorch() {}

    /** To be called before the first JavaCPP class is touched. */
    static void prepare(boolean tiny) {
        NativeEnvironment.prepare(tiny);
        NativeEnvironment.yieldToOpenBlas();
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        // PointerScope and close() free everything; registering every handle with the garbage collector as well costs time.
        System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    }

    static Tensor matrix(float[] values, long rows, long columns) {
        return tensor(values).reshape(rows, columns);
    }

    static Tensor vector(float[] values) {
        return tensor(values);
    }

    static float[] values(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }
}
