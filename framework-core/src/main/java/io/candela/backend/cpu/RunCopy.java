package io.candela.backend.cpu;

import io.candela.tensor.Tensor;
import java.util.Arrays;

/** Copies between tensors of one type whose elements follow each other in long runs in both: straight from native memory to native memory. */
final class RunCopy {
    /** Bytes per run from which this pays. */
    private static final int LEAST = 512;
    /** Bytes per chunk when threads share a copy. */
    private static final int CHUNK = 256 << 10;

    private RunCopy() {}

    /** Does the work if the tensors lie so; false if not. */
    static boolean copy(Tensor source, Tensor out) {
        int bytes = out.dtype().bytes();
        int[] dims = out.shape().dims();
        int[] own = source.shape().dims();
        int shift = dims.length - own.length;
        int[] sizes = new int[dims.length];
        int[] from = new int[dims.length];
        int[] to = new int[dims.length];
        int used = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            int a = i < shift || own[i - shift] == 1 ? 0 : source.strides()[i - shift];
            int b = out.strides()[i];
            if (used > 0 && from[used - 1] == a * dims[i] && to[used - 1] == b * dims[i]) {
                sizes[used - 1] *= dims[i];
                from[used - 1] = a;
                to[used - 1] = b;
            } else {
                sizes[used] = dims[i];
                from[used] = a;
                to[used++] = b;
            }
        }
        int last = used - 1;
        if (last < 0 || from[last] != 1 || to[last] != 1 || sizes[last] * (long) bytes < LEAST) {
            return false;
        }
        HostStorage in = HostStorage.of(source);
        HostStorage target = HostStorage.of(out);
        if (in == target) {
            return false; // they might overlap
        }
        int run = sizes[last];
        int rows = out.numel() / run;
        int piece = Math.min(run, CHUNK / bytes); // a part of a long run, or several whole ones
        int pieces = (run + piece - 1) / piece;
        int step = Math.max(1, CHUNK / bytes / run);
        int[] outer = Arrays.copyOf(sizes, last);
        Workers.run((rows + step - 1) / step * pieces, i -> {
            int start = i % pieces * piece;
            int count = bytes * Math.min(piece, run - start);
            for (int row = i / pieces * step; row < Math.min(rows, (i / pieces + 1) * step); row++) {
                int p = source.offset() + start;
                int q = out.offset() + start;
                for (int d = last - 1, rest = row; d >= 0; d--) {
                    p += rest % outer[d] * from[d];
                    q += rest % outer[d] * to[d];
                    rest /= outer[d];
                }
                target.block.bytes.put(target.start + bytes * q, in.block.bytes, in.start + bytes * p, count);
            }
        });
        return true;
    }
}
