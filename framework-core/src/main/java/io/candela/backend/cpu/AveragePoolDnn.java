package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;

import io.candela.backend.PoolRegions;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Averages of equal windows in float32, and their transpose, by oneDNN. */
final class AveragePoolDnn {
    /** Blocks of a row-major tensor that oneDNN turns round to compute in vectors; fewer are not worth it. */
    private static final int LANES = 16;
    private static final int CHUNK = 32 << 10;

    private AveragePoolDnn() {}

    /** @param sizes in, out, kernel, stride, padding: of three dimensions each */
    private record Key(int algorithm, boolean backward, int outer, int inner, List<Integer> sizes) {}

    /** Does the work if it takes these tensors; false if not. */
    static boolean forward(Tensor x, PoolShape shape, int divisor, Tensor out) {
        return run(false, x, shape, divisor, out);
    }

    /** As {@link #forward}. */
    static boolean backward(Tensor g, PoolShape shape, int divisor, Tensor out) {
        return run(true, g, shape, divisor, out);
    }

    private static boolean run(boolean backward, Tensor from, PoolShape shape, int divisor, Tensor to) {
        int algorithm = from.dtype() == DType.FLOAT32 && divisor == 0 ? algorithm(shape.regions()) : 0;
        if (algorithm == 0 || shape.inner() == 1 && shape.outer() < LANES) {
            return false;
        }
        PoolRegions r = shape.regions();
        List<Integer> sizes = IntStream.of(numbers(r.in(), r.out(), r.kernel(), r.stride(), r.padding())).boxed().toList();
        int together = shape.inner() > 1 ? Math.max(1, CHUNK / shape.block()) : Math.max(1, CHUNK / shape.block() / LANES) * LANES;
        if (primitive(new Key(algorithm, backward, Math.min(together, shape.outer()), shape.inner(), sizes)) == null) {
            return false;
        }
        long start = HostStorage.floatsAddress(from);
        long end = HostStorage.floatsAddress(to);
        int fromBlock = backward ? shape.outBlock() : shape.block();
        int toBlock = backward ? shape.block() : shape.outBlock();
        Workers.run((shape.outer() + together - 1) / together, i -> {
            long first = (long) i * together;
            int outer = (int) Math.min(together, shape.outer() - first);
            Dnn.Primitive pooling = primitive(new Key(algorithm, backward, outer, shape.inner(), sizes));
            HostThread.current().dnn().run(pooling, start + Float.BYTES * first * fromBlock, end + Float.BYTES * first * toBlock);
        });
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
        return true;
    }

    /** Whether windows count their positions inside of the input, or all; 0 if some count otherwise, or windows differ. */
    private static int algorithm(PoolRegions r) {
        boolean inside = r.isUniform();
        boolean all = inside;
        for (int dim = 0; dim < 3 && (inside || all); dim++) {
            if (r.step()[dim] != 1) {
                return 0;
            }
            for (int window = 0; window < r.out()[dim]; window++) {
                int counted = r.counted()[dim][window];
                inside &= counted == r.end()[dim][window] - r.start()[dim][window];
                all &= counted == r.kernel()[dim];
            }
        }
        return inside ? dnnl_pooling_avg_exclude_padding : all ? dnnl_pooling_avg_include_padding : 0;
    }

    private static int[] numbers(int[]... triples) {
        return Arrays.stream(triples).flatMapToInt(Arrays::stream).toArray();
    }

    /** Null if oneDNN would do it without vectors. */
    private static Dnn.Primitive primitive(Key key) {
        return HostThread.current().dnn().primitive(key, () -> build(key));
    }

    private static Dnn.Primitive build(Key k) {
        long[][] s = new long[5][3];
        for (int i = 0; i < 15; i++) {
            s[i / 3][i % 3] = k.sizes.get(i);
        }
        long[] padding = s[4];
        long[] behind = new long[3];
        for (int dim = 0; dim < 3; dim++) {
            behind[dim] = Math.max(0, (s[1][dim] - 1) * s[3][dim] + s[2][dim] - s[0][dim] - padding[dim]);
        }
        boolean flat = s[0][0] == 1 && s[2][0] == 1 && padding[0] == 0;
        int skipped = flat ? 1 : 0;
        memory.desc in = desc(k, s[0], skipped);
        memory.desc out = desc(k, s[1], skipped);
        long[] kernel = Arrays.copyOfRange(s[2], skipped, 3);
        long[] stride = Arrays.copyOfRange(s[3], skipped, 3);
        long[] none = new long[3 - skipped];
        long[] before = Arrays.copyOfRange(padding, skipped, 3);
        behind = Arrays.copyOfRange(behind, skipped, 3);
        var forward = new pooling_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, k.algorithm, in, out, stride, kernel, none, before, behind);
        if (!forward.impl_info_str().getString().startsWith("jit")) {
            return null;
        }
        if (!k.backward) {
            return new Dnn.Primitive("pooling", new pooling_forward(forward), new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, in, out);
        }
        var description = new pooling_backward.primitive_desc(Dnn.engine(), k.algorithm, in, out, stride, kernel, none, before, behind, forward);
        return new Dnn.Primitive("pooling's gradient", new pooling_backward(description), new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC}, out, in);
    }

    private static memory.desc desc(Key k, long[] size, int skipped) {
        boolean last = k.inner > 1;
        long samples = last ? k.outer : 1;
        long channels = last ? k.inner : k.outer;
        long plane = size[0] * size[1] * size[2];
        long[] sizes = new long[5 - skipped];
        long[] strides = new long[5 - skipped];
        sizes[0] = samples;
        sizes[1] = channels;
        strides[0] = channels * plane;
        strides[1] = last ? 1 : plane;
        long stride = last ? channels : 1;
        for (int dim = 2, i = 4 - skipped; dim >= skipped; dim--, i--) {
            sizes[i] = size[dim];
            strides[i] = stride;
            stride *= size[dim];
        }
        return new memory.desc(sizes, memory.data_type.f32, strides);
    }
}
