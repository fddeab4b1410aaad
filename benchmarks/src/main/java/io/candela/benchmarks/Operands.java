package io.candela.benchmarks;

/** Shapes and numbers of {@link TinyOps} and {@link Matmul}, row by row, the same in every peer. */
public final class Operands {
    /** Rows of both operands of the elementwise tiny ops, and of the first one of the tiny matmul. */
    public static final int ROWS = 5;
    /** Columns of both operands of the elementwise tiny ops, and of the second one of the tiny matmul. */
    public static final int COLUMNS = 8;
    /** Inner size of the tiny matmul. */
    public static final int INNER = 4;
    /** Every size of the large matmul. */
    public static final int SQUARE = 1024;

    private Operands() {}

    public static float[] first(int rows, int columns) {
        return Workload.numbers(rows * columns, 1, 1);
    }

    public static float[] second(int rows, int columns) {
        return Workload.numbers(rows * columns, 2, 1);
    }
}
