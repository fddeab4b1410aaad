package io.candela.backend.cpu;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasUnit;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgelsy_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgeqrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgetrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgetrs_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dorgqr_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sgelsy_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sgeqrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sgesdd_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sgetrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sgetrs_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_sorgqr_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_spotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_ssyevd_work;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;
import static org.bytedeco.openblas.global.openblas.cblas_strsm;

import io.candela.tensor.DType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * LAPACK's routines (OpenBLAS has them) on addresses of matrices that lie column by column, in float32 or float64. They return LAPACK's
 * {@code info} where it can be above 0. A workspace of length −1 is a question for the best length, answered in its first element.
 */
final class Lapack {
    private static final int COLUMNS = LAPACK_COL_MAJOR;
    /** Size from which OpenBLAS might share work among threads; below, its setting does not matter. */
    private static final int MIGHT_SHARE = 32;

    private Lapack() {}

    /** Loads the library at the first use, once per process. */
    private static final class Library {
        static final Throwable PROBLEM = load(); // why it cannot be loaded, or null

        private static Throwable load() {
            Dnn.liftMemoryLimit();
            try {
                Loader.load(org.bytedeco.openblas.global.openblas.class);
                return null;
            } catch (LinkageError e) {
                return e;
            }
        }
    }

    /**
     * To be called before matrices of this size are worked on: keeps OpenBLAS on the calling thread. Its own threads need more stack than Java's
     * threads have (the process dies), and spin against ours; ND4J, which shares the library, sets them going whenever it starts.
     *
     * @throws UnsatisfiedLinkError if there is no library for this platform
     */
    static void prepare(int size) {
        if (Library.PROBLEM != null) {
            UnsatisfiedLinkError missing = new UnsatisfiedLinkError("LAPACK: its native library for platform " + Loader.getPlatform()
                    + " cannot be loaded; add org.bytedeco:openblas with classifier " + Loader.getPlatform() + " to the class path");
            missing.initCause(Library.PROBLEM);
            throw missing;
        }
        if (size >= MIGHT_SHARE) {
            blas_set_num_threads(1);
        }
    }

    private static final class Floats extends FloatPointer {
        Floats(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    private static final class Doubles extends DoublePointer {
        Doubles(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    private static final class Ints extends IntPointer {
        Ints(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    private static boolean single(DType type) {
        return type == DType.FLOAT32;
    }

    private static int checked(String routine, int info) {
        if (info < 0) {
            throw new IllegalStateException("LAPACK: " + routine + " refused argument " + -info);
        }
        return info;
    }

    /** LU factors in place of {@code a (m, n)}. */
    static int getrf(DType t, int m, int n, long a, long pivots) {
        return checked("getrf", single(t) ? LAPACKE_sgetrf_work(COLUMNS, m, n, new Floats(a), m, new Ints(pivots))
                : LAPACKE_dgetrf_work(COLUMNS, m, n, new Doubles(a), m, new Ints(pivots)));
    }

    /** Solves with {@link #getrf}'s factors, in place of {@code b (n, k)}. */
    static void getrs(DType t, boolean transposed, int n, int k, long lu, long pivots, long b) {
        byte how = (byte) (transposed ? 'T' : 'N');
        checked("getrs", single(t) ? LAPACKE_sgetrs_work(COLUMNS, how, n, k, new Floats(lu), n, new Ints(pivots), new Floats(b), n)
                : LAPACKE_dgetrs_work(COLUMNS, how, n, k, new Doubles(lu), n, new Ints(pivots), new Doubles(b), n));
    }

    /** Solves with a triangle of {@code a (n, n)}, in place of {@code b (n, k)}. */
    static void trsm(DType t, boolean upper, boolean unit, int n, int k, long a, long b) {
        int triangle = upper ? CblasUpper : CblasLower;
        int diagonal = unit ? CblasUnit : CblasNonUnit;
        if (single(t)) {
            cblas_strsm(CblasColMajor, CblasLeft, triangle, CblasNoTrans, diagonal, n, k, 1, new Floats(a), n, new Floats(b), n);
        } else {
            cblas_dtrsm(CblasColMajor, CblasLeft, triangle, CblasNoTrans, diagonal, n, k, 1, new Doubles(a), n, new Doubles(b), n);
        }
    }

    /** Cholesky's factor in place of the lower triangle of {@code a (n, n)}. */
    static int potrf(DType t, int n, long a) {
        return checked("potrf", single(t) ? LAPACKE_spotrf_work(COLUMNS, (byte) 'L', n, new Floats(a), n)
                : LAPACKE_dpotrf_work(COLUMNS, (byte) 'L', n, new Doubles(a), n));
    }

    /** R above, and reflections below the diagonal, in place of {@code a (m, n)}; their scales to {@code tau (min(m, n))}. */
    static void geqrf(DType t, int m, int n, long a, long tau, long work, int length) {
        checked("geqrf", single(t) ? LAPACKE_sgeqrf_work(COLUMNS, m, n, new Floats(a), m, new Floats(tau), new Floats(work), length)
                : LAPACKE_dgeqrf_work(COLUMNS, m, n, new Doubles(a), m, new Doubles(tau), new Doubles(work), length));
    }

    /** The product of {@code k} reflections, its first {@code n} columns in place of {@code a (m, n)}. */
    static void orgqr(DType t, int m, int n, int k, long a, long tau, long work, int length) {
        checked("orgqr", single(t) ? LAPACKE_sorgqr_work(COLUMNS, m, n, k, new Floats(a), m, new Floats(tau), new Floats(work), length)
                : LAPACKE_dorgqr_work(COLUMNS, m, n, k, new Doubles(a), m, new Doubles(tau), new Doubles(work), length));
    }

    /** Eigenvalues to {@code w}, and with {@code vectors} the eigenvectors in place of {@code a (n, n)}. */
    static int syevd(DType t, boolean vectors, boolean upper, int n, long a, long w, long work, int length, long iwork, int ilength) {
        byte job = (byte) (vectors ? 'V' : 'N');
        byte triangle = (byte) (upper ? 'U' : 'L');
        return checked("syevd", single(t)
                ? LAPACKE_ssyevd_work(COLUMNS, job, triangle, n, new Floats(a), n, new Floats(w), new Floats(work), length, new Ints(iwork), ilength)
                : LAPACKE_dsyevd_work(COLUMNS, job, triangle, n, new Doubles(a), n, new Doubles(w), new Doubles(work), length, new Ints(iwork),
                        ilength));
    }

    /**
     * Singular values to {@code s}, vectors to {@code u} and {@code vt}; {@code a (m, n)} is destroyed.
     *
     * @param job N for none, S for as many vectors as values, A for all
     */
    static int gesdd(DType t, char job, int m, int n, long a, long s, long u, long vt, int vtRows, long work, int length, long iwork) {
        return checked("gesdd", single(t)
                ? LAPACKE_sgesdd_work(COLUMNS, (byte) job, m, n, new Floats(a), m, new Floats(s), new Floats(u), m, new Floats(vt), vtRows,
                        new Floats(work), length, new Ints(iwork))
                : LAPACKE_dgesdd_work(COLUMNS, (byte) job, m, n, new Doubles(a), m, new Doubles(s), new Doubles(u), m, new Doubles(vt), vtRows,
                        new Doubles(work), length, new Ints(iwork)));
    }

    /** Least squares in place of {@code b (max(m, n), k)}; {@code a (m, n)} is destroyed, {@code columns (n)} must be 0. */
    static void gelsy(DType t, int m, int n, int k, long a, long b, long columns, double rcond, long rank, long work, int length) {
        int rows = Math.max(m, n);
        checked("gelsy", single(t)
                ? LAPACKE_sgelsy_work(COLUMNS, m, n, k, new Floats(a), m, new Floats(b), rows, new Ints(columns), (float) rcond, new Ints(rank),
                        new Floats(work), length)
                : LAPACKE_dgelsy_work(COLUMNS, m, n, k, new Doubles(a), m, new Doubles(b), rows, new Ints(columns), rcond, new Ints(rank),
                        new Doubles(work), length));
    }
}
