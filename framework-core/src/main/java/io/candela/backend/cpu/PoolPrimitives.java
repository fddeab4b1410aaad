package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import io.candela.backend.PoolRegions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** oneDNN's pooling over the windows of one shape, a number of blocks at a time. */
final class PoolPrimitives {
    /** Largest elements have a workspace in training and backward: the number of the element in its window, a byte per window. */
    enum Pass { EVALUATION, TRAINING, BACKWARD }

    /** @param sizes in, out, kernel, stride, padding: of three dimensions each */
    private record Key(int algorithm, Pass pass, int blocks, int inner, List<Integer> sizes) {}

    private final int algorithm;
    private final int inner;
    private final List<Integer> sizes;

    PoolPrimitives(int algorithm, PoolShape shape) {
        this.algorithm = algorithm;
        inner = shape.inner();
        PoolRegions r = shape.regions();
        sizes = Stream.of(r.in(), r.out(), r.kernel(), r.stride(), r.padding()).flatMapToInt(IntStream::of).boxed().toList();
    }

    /** For this thread; null for averages that oneDNN would take without vectors. */
    Dnn.Primitive of(HostThread thread, Pass pass, int blocks) {
        Key key = new Key(algorithm, pass, blocks, inner, sizes);
        return thread.dnn().primitive(key, () -> new Windows(key).build());
    }

    /** A key's numbers as oneDNN takes them: two spatial dimensions, unless the first is in use. */
    private static final class Windows {
        private final Key key;
        private final int first; // spatial dimension
        private final long[] kernel;
        private final long[] stride;
        private final long[] dilation;
        private final long[] before;
        private final long[] after;

        Windows(Key key) {
            this.key = key;
            int[] s = key.sizes.stream().mapToInt(i -> i).toArray();
            first = s[0] > 1 || s[6] > 1 || s[12] > 0 ? 0 : 1;
            long[] in = part(0);
            long[] out = part(3);
            kernel = part(6);
            stride = part(9);
            before = part(12);
            dilation = new long[kernel.length];
            after = new long[kernel.length];
            for (int i = 0; i < after.length; i++) { // negative where the stride leaves positions that no window covers
                after[i] = (out[i] - 1) * stride[i] + kernel[i] - in[i] - before[i];
            }
        }

        private long[] part(int from) {
            return key.sizes.subList(from + first, from + 3).stream().mapToLong(i -> i).toArray();
        }

        Dnn.Primitive build() {
            memory.desc x = desc(part(0), memory.data_type.f32);
            memory.desc y = desc(part(3), memory.data_type.f32);
            int kind = key.pass == Pass.EVALUATION ? dnnl_forward_inference : dnnl_forward_training;
            var forward = new pooling_forward.primitive_desc(Dnn.engine(), kind, key.algorithm, x, y, stride, kernel, dilation, before, after);
            if (key.algorithm != dnnl_pooling_max && !forward.impl_info_str().getString().startsWith("jit")) {
                return null;
            }
            if (key.pass != Pass.BACKWARD) {
                pooling_forward pooling = new pooling_forward(forward);
                return key.pass == Pass.TRAINING
                        ? new Dnn.Primitive("pooling", pooling, new int[] {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE}, x, y, workspace(forward))
                        : new Dnn.Primitive("pooling", pooling, new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, x, y);
            }
            var backward = new pooling_backward(new pooling_backward.primitive_desc(Dnn.engine(), key.algorithm, x, y, stride, kernel, dilation, before,
                    after, forward));
            String name = "pooling's gradient";
            return key.algorithm == dnnl_pooling_max
                    ? new Dnn.Primitive(name, backward, new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC, DNNL_ARG_WORKSPACE}, y, x, workspace(forward))
                    : new Dnn.Primitive(name, backward, new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC}, y, x);
        }

        private memory.desc workspace(pooling_forward.primitive_desc forward) {
            memory.desc numbers = desc(part(3), memory.data_type.u8);
            if (dnnl_memory_desc_equal(numbers.get(), forward.workspace_desc().get()) == 0) {
                throw new IllegalStateException("pooling: oneDNN notes places in another order than this was written for; report it with its version");
            }
            return numbers;
        }

        /** Blocks of a row-major tensor are planes, those of a channels-last one samples. */
        private memory.desc desc(long[] sizes, memory.data_type type) {
            boolean last = key.inner > 1;
            long[] dims = new long[sizes.length + 2];
            long[] strides = new long[dims.length];
            dims[0] = last ? key.blocks : 1;
            dims[1] = last ? key.inner : key.blocks;
            long next = last ? key.inner : 1;
            for (int i = sizes.length - 1; i >= 0; i--) {
                dims[i + 2] = sizes[i];
                strides[i + 2] = next;
                next *= sizes[i];
            }
            strides[1] = last ? 1 : next;
            strides[0] = last ? next : next * key.blocks;
            return new memory.desc(dims, type, strides);
        }
    }
}
