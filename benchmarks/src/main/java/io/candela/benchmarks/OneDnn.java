package io.candela.benchmarks;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** What the bare calls of oneDNN share. */
final class OneDnn {
    private static final int PAGE = 4096;

    private OneDnn() {}

    /**
     * Memory on a page of its own, so that the time does not depend on where the allocator happens to put it. It is never freed: oneDNN's objects keep
     * its address where the garbage collector does not see it.
     */
    static FloatPointer aligned(float... values) {
        FloatPointer memory = new FloatPointer(Pointer.malloc((long) values.length * Float.BYTES + PAGE));
        long skip = (PAGE - memory.address() % PAGE) % PAGE / Float.BYTES;
        return memory.getPointer(skip).put(values);
    }
}
