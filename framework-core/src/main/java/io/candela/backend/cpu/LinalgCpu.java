package io.candela.backend.cpu;

import io.candela.backend.LinalgKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * LAPACK, the matrices of a batch shared among our threads. It wants them column by column and overwrites them: each kernel works on transposed
 * copies and turns what it found back.
 */
final class LinalgCpu implements LinalgKernels {
    /** Multiplications per thread below which sharing a batch costs more than it saves. */
    private static final long SHARE = 64 << 10;

    /** A contiguous tensor as native memory, kept until closed: {@code at(i)} is the address of matrix i of the batch. */
    private static final class Room implements AutoCloseable {
        final Tensor tensor;
        private final boolean temporary;
        private final long address;
        private final long step; // bytes per matrix

        private Room(Tensor tensor, int dims, boolean temporary) {
            this.tensor = tensor;
            this.temporary = temporary;
            this.address = HostStorage.of(tensor).address() + (long) tensor.offset() * tensor.dtype().bytes();
            int per = 1;
            for (int i = 1; i <= dims; i++) {
                per *= tensor.size(-i);
            }
            this.step = (long) per * tensor.dtype().bytes();
        }

        /** @param dims how many trailing dimensions are one matrix, or one vector of results */
        static Room over(Tensor tensor, int dims) {
            return new Room(tensor, dims, false);
        }

        /** As {@link #over}; the memory is freed in the end. */
        static Room own(Tensor tensor, int dims) {
            return new Room(tensor, dims, true);
        }

        static Room of(DType type, int count, int size) {
            return own(Tensor.empty(Shape.of(count, Math.max(size, 1)), type, Device.CPU), 1);
        }

        long at(int i) {
            return address + i * step;
        }

        @Override
        public void close() {
            if (temporary) {
                tensor.storage().release();
            }
            Reference.reachabilityFence(tensor);
        }
    }

    /** Work on matrix {@code i} of a batch, with workspace {@code part}; returns LAPACK's info. */
    private interface One {
        int run(int i, int part);
    }

    private static int count(Tensor a) {
        return a.shape().dropLast(2).numel();
    }

    /** Into how many parts a batch is cut; {@code work} is about the number of multiplications for one matrix. */
    private static int parts(int count, long work) {
        long per = Math.max(1, SHARE / Math.max(1, work));
        return (int) Math.min(Workers.threads(), (count + per - 1) / per);
    }

    /** Works on all matrices of a batch, in parts. */
    private static int[] each(int count, int parts, One one) {
        int[] infos = new int[count];
        Workers.run(parts, part -> {
            int end = (int) ((part + 1L) * count / parts);
            for (int i = (int) ((long) part * count / parts); i < end; i++) {
                infos[i] = one.run(i, part);
            }
        });
        return infos;
    }

    /** All matrices, column by column: a new tensor that holds the transposed ones row by row. */
    private static Room columns(Tensor a) {
        Tensor out = Tensor.empty(a.shape().dropLast(2).append(a.size(-1), a.size(-2)), a.dtype(), a.device());
        CpuBackend.INSTANCE.pointwise().copy(turned(a), out);
        return Room.own(out, 2);
    }

    private static Tensor turned(Tensor a) {
        int[] strides = a.strides().clone();
        int r = strides.length - 2;
        int swap = strides[r];
        strides[r] = strides[r + 1];
        strides[r + 1] = swap;
        return a.viewOf(a.shape().dropLast(2).append(a.size(-1), a.size(-2)), strides, a.offset());
    }

    /** The first {@code rows} rows and {@code columns} columns of all matrices. */
    private static Tensor corner(Tensor a, int rows, int columns) {
        return a.viewOf(a.shape().dropLast(2).append(rows, columns), a.strides().clone(), a.offset());
    }

    private static void copy(Tensor from, Tensor to) {
        CpuBackend.INSTANCE.pointwise().copy(from, to);
    }

    /** Copies matrices that lie column by column, or as many of their rows and columns as {@code out} has. */
    private static void turnBack(Room columns, Tensor out) {
        copy(corner(turned(columns.tensor), out.size(-2), out.size(-1)), out);
    }

    private static long cube(int m, int n) {
        int k = Math.min(m, n);
        return (long) m * n * k;
    }

    private static void prepare(Tensor a) {
        Lapack.prepare(Math.max(a.size(-1), a.size(-2)));
    }

    /** The best length of a workspace, which a routine left in the first element. */
    private static int asked(Room work) {
        return Math.max(1, (int) Math.ceil(work.tensor.toDoubleArray()[0]));
    }

    @Override
    public int[] lu(Tensor a, Tensor lu, Tensor pivots) {
        int m = a.size(-2);
        int n = a.size(-1);
        int count = count(a);
        if (a.numel() == 0) {
            return new int[count];
        }
        prepare(a);
        try (Room in = columns(a); Room p = Room.over(pivots, 1)) {
            int[] infos = each(count, parts(count, cube(m, n)), (i, part) -> Lapack.getrf(a.dtype(), m, n, in.at(i), p.at(i)));
            turnBack(in, lu);
            return infos;
        }
    }

    @Override
    public void luSolve(Tensor lu, Tensor pivots, boolean transposed, Tensor b, Tensor x) {
        if (x.numel() == 0) {
            return;
        }
        int n = b.size(-2);
        int k = b.size(-1);
        int count = count(b);
        prepare(lu);
        try (Room factors = columns(lu); Room p = Room.over(pivots.contiguous(), 1); Room sides = columns(b)) {
            each(count, parts(count, (long) n * n * k), (i, part) -> {
                Lapack.getrs(b.dtype(), transposed, n, k, factors.at(i), p.at(i), sides.at(i));
                return 0;
            });
            turnBack(sides, x);
        }
    }

    @Override
    public void solveTriangular(Tensor a, Tensor b, boolean upper, boolean unit, Tensor x) {
        if (x.numel() == 0) {
            return;
        }
        int n = b.size(-2);
        int k = b.size(-1);
        int count = count(b);
        prepare(a);
        try (Room triangles = columns(a); Room sides = columns(b)) {
            each(count, parts(count, (long) n * n * k), (i, part) -> {
                Lapack.trsm(b.dtype(), upper, unit, n, k, triangles.at(i), sides.at(i));
                return 0;
            });
            turnBack(sides, x);
        }
    }

    @Override
    public int[] cholesky(Tensor a, Tensor l) {
        int n = a.size(-1);
        int count = count(a);
        if (a.numel() == 0) {
            return new int[count];
        }
        prepare(a);
        try (Room in = columns(a)) {
            int[] infos = each(count, parts(count, cube(n, n)), (i, part) -> Lapack.potrf(a.dtype(), n, in.at(i)));
            copy(turned(in.tensor).tril(), l);
            return infos;
        }
    }

    @Override
    public void qr(Tensor a, Tensor q, Tensor r) {
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        int count = count(a);
        DType type = a.dtype();
        prepare(a);
        try (Room in = columns(a); Room scales = Room.of(type, count, k); Room question = Room.of(type, 1, 1)) {
            if (k > 0 && count > 0) {
                Lapack.geqrf(type, m, n, in.at(0), scales.at(0), question.at(0), -1);
                int length = asked(question);
                int parts = parts(count, cube(m, n));
                try (Room work = Room.of(type, parts, length)) {
                    each(count, parts, (i, part) -> {
                        Lapack.geqrf(type, m, n, in.at(i), scales.at(i), work.at(part), length);
                        return 0;
                    });
                }
            }
            if (r.numel() > 0) {
                copy(corner(turned(in.tensor), r.size(-2), n).triu(), r);
            }
            if (q != null && q.numel() > 0) {
                columnsOfQ(in, scales, k, q);
            }
        }
    }

    /** Multiplies {@code k} reflections out: their vectors lie below the diagonal of {@code in}. */
    private static void columnsOfQ(Room in, Room scales, int k, Tensor q) {
        int m = q.size(-2);
        int width = q.size(-1);
        int count = count(q);
        DType type = q.dtype();
        Tensor wide = Tensor.zeros(q.shape().dropLast(2).append(width, m), type, q.device());
        if (k > 0) {
            copy(corner(in.tensor, k, m), corner(wide, k, m));
        }
        try (Room full = Room.own(wide, 2); Room question = Room.of(type, 1, 1)) {
            Lapack.orgqr(type, m, width, k, full.at(0), scales.at(0), question.at(0), -1);
            int length = asked(question);
            int parts = parts(count, cube(m, width));
            try (Room work = Room.of(type, parts, length)) {
                each(count, parts, (i, part) -> {
                    Lapack.orgqr(type, m, width, k, full.at(i), scales.at(i), work.at(part), length);
                    return 0;
                });
            }
            turnBack(full, q);
        }
    }

    @Override
    public int[] eigh(Tensor a, boolean upper, Tensor values, Tensor vectors) {
        int n = a.size(-1);
        int count = count(a);
        DType type = a.dtype();
        if (a.numel() == 0) {
            return new int[count];
        }
        prepare(a);
        boolean all = vectors != null;
        int parts = parts(count, 4 * cube(n, n));
        try (Room in = columns(a); Room w = Room.over(values, 1); Room question = Room.of(type, 1, 1);
                Room integerQuestion = Room.of(DType.INT32, 1, 1)) {
            Lapack.syevd(type, all, upper, n, in.at(0), w.at(0), question.at(0), -1, integerQuestion.at(0), -1);
            int length = asked(question);
            int integers = asked(integerQuestion);
            try (Room work = Room.of(type, parts, length); Room more = Room.of(DType.INT32, parts, integers)) {
                int[] infos = each(count, parts,
                        (i, part) -> Lapack.syevd(type, all, upper, n, in.at(i), w.at(i), work.at(part), length, more.at(part), integers));
                if (all) {
                    turnBack(in, vectors);
                }
                return infos;
            }
        }
    }

    @Override
    public int[] svd(Tensor a, Tensor u, Tensor s, Tensor vh) {
        int m = a.size(-2);
        int n = a.size(-1);
        int k = Math.min(m, n);
        int count = count(a);
        DType type = a.dtype();
        if (k == 0 || count == 0) { // no singular values: any orthonormal basis will do
            if (u != null) {
                copy(Tensor.eye(type, m, u.size(-1)), u);
                copy(Tensor.eye(type, vh.size(-2), n), vh);
            }
            return new int[count];
        }
        prepare(a);
        int lefts = u == null ? 0 : u.size(-1);
        int rights = vh == null ? 0 : vh.size(-2);
        int leading = Math.max(rights, 1);
        char job = u == null ? 'N' : lefts > k || rights > k ? 'A' : 'S';
        int parts = parts(count, 8 * cube(m, n));
        try (Room in = columns(a); Room left = Room.of(type, count, m * lefts); Room right = Room.of(type, count, n * rights);
                Room values = Room.over(s, 1); Room question = Room.of(type, 1, 1); Room integers = Room.of(DType.INT32, parts, 8 * k)) {
            Lapack.gesdd(type, job, m, n, in.at(0), values.at(0), left.at(0), right.at(0), leading, question.at(0), -1, integers.at(0));
            int length = asked(question);
            try (Room work = Room.of(type, parts, length)) {
                int[] infos = each(count, parts, (i, part) -> Lapack.gesdd(type, job, m, n, in.at(i), values.at(i), left.at(i), right.at(i), leading,
                        work.at(part), length, integers.at(part)));
                if (u != null) {
                    Shape batch = a.shape().dropLast(2);
                    copy(left.tensor.view(batch.append(lefts, m).toArray()).mT(), u);
                    copy(right.tensor.view(batch.append(n, rights).toArray()).mT(), vh);
                }
                return infos;
            }
        }
    }

    @Override
    public void lstsq(Tensor a, Tensor b, double rcond, Tensor x, Tensor rank) {
        int m = a.size(-2);
        int n = a.size(-1);
        int k = b.size(-1);
        int count = count(a);
        DType type = a.dtype();
        if (a.numel() == 0 || k == 0) {
            CpuBackend.INSTANCE.pointwise().fill(x, 0L);
            CpuBackend.INSTANCE.pointwise().fill(rank, 0L);
            return;
        }
        prepare(a);
        Tensor tall = Tensor.empty(b.shape().dropLast(2).append(k, Math.max(m, n)), type, b.device());
        copy(turned(b), corner(tall, k, m));
        int parts = parts(count, cube(m, n));
        try (Room in = columns(a); Room sides = Room.own(tall, 2); Room order = Room.own(Tensor.zeros(Shape.of(count, n), DType.INT32, a.device()), 1);
                Room ranks = Room.of(DType.INT32, count, 1); Room question = Room.of(type, 1, 1)) {
            Lapack.gelsy(type, m, n, k, in.at(0), sides.at(0), order.at(0), rcond, ranks.at(0), question.at(0), -1);
            int length = asked(question);
            try (Room work = Room.of(type, parts, length)) {
                each(count, parts, (i, part) -> {
                    Lapack.gelsy(type, m, n, k, in.at(i), sides.at(i), order.at(i), rcond, ranks.at(i), work.at(part), length);
                    return 0;
                });
            }
            turnBack(sides, x);
            copy(ranks.tensor.view(rank.shape().toArray()), rank);
        }
    }
}
