package io.candela.benchmarks.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

    /** Of a shape, row by row. */
    static Tensor tensor(float[] values, long... shape) {
        return torch.tensor(values).reshape(shape);
    }

    static float[] values(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }
}
