package io.candela.tensor;

import io.candela.ops.Diagonals;
import io.candela.ops.Distances;
import io.candela.ops.Indexing;
import io.candela.ops.Rearrange;
import io.candela.ops.Searching;
import io.candela.ops.Windows;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Static methods of {@link Tensor} beside the few that need its insides: tensors from rules and arrays, and from several tensors. */
public abstract sealed class Factories permits GraphMember {
    Factories() {}

    // ---- filled ----

    /** Contiguous float32 tensor on the CPU with undefined elements. */
    public static Tensor empty(int... shape) {
        return Tensor.empty(Shape.of(shape), DType.FLOAT32, Device.CPU);
    }

    /** Contiguous tensor on the CPU with undefined elements. */
    public static Tensor empty(DType dtype, int... shape) {
        return Tensor.empty(Shape.of(shape), dtype, Device.CPU);
    }

    /** Contiguous float32 tensor on the CPU with every element {@code value}. */
    public static Tensor full(double value, int... shape) {
        return Tensor.full(Shape.of(shape), value, DType.FLOAT32, Device.CPU);
    }

    /**
     * Contiguous tensor on the CPU with every element {@code value}.
     *
     * @throws DTypeException if {@code dtype} is an integer type and does not hold {@code value}
     */
    public static Tensor full(DType dtype, double value, int... shape) {
        return Tensor.full(Shape.of(shape), value, dtype, Device.CPU);
    }

    /** Contiguous int64 tensor on the CPU with every element {@code value}. */
    public static Tensor full(long value, int... shape) {
        Tensor t = Tensor.empty(Shape.of(shape), DType.INT64, Device.CPU);
        io.candela.backend.Backend.of(t).pointwise().fill(t, value);
        return t;
    }

    /** {@code start, start+1, …} below {@code end}, in int64. */
    public static Tensor arange(long start, long end) {
        return Sequences.arange(start, end, 1);
    }

    /** {@code 0, 1, …} below {@code end}, in float32. */
    public static Tensor arange(double end) {
        return arange(DType.FLOAT32, 0, end, 1);
    }

    /** {@code start, start+1, …} below {@code end}, in float32. */
    public static Tensor arange(double start, double end) {
        return arange(DType.FLOAT32, start, end, 1);
    }

    /** {@code start, start+step, …} below (with a negative step: above) {@code end}, in float32. */
    public static Tensor arange(double start, double end, double step) {
        return arange(DType.FLOAT32, start, end, step);
    }

    /** {@code steps} powers of 10 whose exponents are evenly spaced from {@code start} to {@code end}, both included, in float32. */
    public static Tensor logspace(double start, double end, int steps) {
        return logspace(start, end, steps, 10);
    }

    /** {@code steps} powers of {@code base} whose exponents are evenly spaced from {@code start} to {@code end}, both included, in float32. */
    public static Tensor logspace(double start, double end, int steps, double base) {
        return logspace(DType.FLOAT32, start, end, steps, base);
    }

    /**
     * {@code start, start+step, …} below (with a negative step: above) {@code end}. In an integer type, start and step lose their fractions.
     *
     * @throws DTypeException for bool
     */
    public static Tensor arange(DType dtype, double start, double end, double step) {
        return Sequences.arange(dtype, start, end, step);
    }

    /**
     * {@code steps} evenly spaced numbers from {@code start} to {@code end}, both included; in an integer type without fractions.
     *
     * @throws DTypeException for bool
     */
    public static Tensor linspace(DType dtype, double start, double end, int steps) {
        return Sequences.linspace(dtype, start, end, steps);
    }

    /**
     * {@code steps} powers of {@code base} whose exponents are evenly spaced from {@code start} to {@code end}, both included.
     *
     * @throws DTypeException for bool
     */
    public static Tensor logspace(DType dtype, double start, double end, int steps, double base) {
        return Sequences.logspace(dtype, start, end, steps, base);
    }

    /** float32 matrix {@code (rows, columns)} with ones on the diagonal. */
    public static Tensor eye(int rows, int columns) {
        return eye(DType.FLOAT32, rows, columns);
    }

    /** Matrix {@code (rows, columns)} with ones on the diagonal. */
    public static Tensor eye(DType dtype, int rows, int columns) {
        Tensor out = Tensor.zeros(Shape.of(rows, columns), dtype, Device.CPU);
        out.diagonal().fillInPlace(1);
        return out;
    }

    /** Uniform in [0, 1), from the default generator; PyTorch's values for the same seed. */
    public static Tensor rand(DType dtype, int... shape) {
        return empty(dtype, shape).uniformInPlace(0, 1);
    }

    /** Standard normal, from the default generator; PyTorch's values for the same seed. */
    public static Tensor randn(DType dtype, int... shape) {
        return empty(dtype, shape).normalInPlace(0, 1);
    }

    /** Uniform integers in {@code low} to {@code high}−1, from the default generator; PyTorch's values for the same seed. */
    public static Tensor randint(DType dtype, long low, long high, int... shape) {
        return Tensor.randint(low, high, shape).to(dtype);
    }

    // ---- from Java arrays and buffers ----

    /** int16 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(short[] data, int... shape) {
        return TensorData.copyOf(ShortBuffer.wrap(data), DType.INT16, data.length, shape);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(float[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(double[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(long[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(int[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(short[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** Tensor of type {@code dtype} with the numbers of {@code data} in row-major order; bytes count as 0..255, in int8 as −128..127; without a shape, of one dimension. */
    public static Tensor of(byte[] data, DType dtype, int... shape) {
        return Tensor.of(data, shape).to(dtype);
    }

    /** float64 tensor {@code (rows, columns)} with a copy of {@code data}. */
    public static Tensor of(double[][] data) {
        return TensorData.nested(data);
    }

    /** int64 tensor {@code (rows, columns)} with a copy of {@code data}. */
    public static Tensor of(long[][] data) {
        return TensorData.nested(data);
    }

    /** int32 tensor {@code (rows, columns)} with a copy of {@code data}. */
    public static Tensor of(int[][] data) {
        return TensorData.nested(data);
    }

    /** bool tensor {@code (rows, columns)} with a copy of {@code data}. */
    public static Tensor of(boolean[][] data) {
        return TensorData.nested(data);
    }

    /** float32 tensor of three dimensions with a copy of {@code data}. */
    public static Tensor of(float[][][] data) {
        return TensorData.nested(data);
    }

    /** float64 tensor of three dimensions with a copy of {@code data}. */
    public static Tensor of(double[][][] data) {
        return TensorData.nested(data);
    }

    /** int64 tensor of three dimensions with a copy of {@code data}. */
    public static Tensor of(long[][][] data) {
        return TensorData.nested(data);
    }

    /**
     * {@code torch.tensor}: a copy of a number, or of arrays of one primitive type nested to any depth, in that type.
     *
     * @throws ShapeException if arrays beside each other differ in length
     */
    public static Tensor tensor(Object data) {
        return TensorData.nested(data);
    }

    /** As {@link #tensor(Object)}, converted to {@code dtype}. */
    public static Tensor tensor(Object data, DType dtype) {
        return TensorData.nested(data).to(dtype);
    }

    /**
     * {@code torch.frombuffer}: what remains in a buffer, in the machine's byte order. A direct buffer's memory is shared, other buffers are copied.
     *
     * @param shape without one, one dimension
     */
    public static Tensor fromBuffer(ByteBuffer buffer, DType dtype, int... shape) {
        return TensorData.fromBuffer(buffer, dtype, shape);
    }

    /** float32 tensor with a copy of what remains in a buffer; without a shape, of one dimension. */
    public static Tensor fromBuffer(FloatBuffer buffer, int... shape) {
        return TensorData.copyOf(buffer.slice(), DType.FLOAT32, buffer.remaining(), shape);
    }

    // ---- several tensors ----

    /** The first where {@code condition} (bool) is true, else the second. */
    public static Tensor where(Tensor condition, Tensor yes, Tensor no) {
        return yes.where(condition, no);
    }

    /** The coordinates of true elements, one int64 vector per dimension. */
    public static Tensor[] where(Tensor condition) {
        return Searching.nonzeroTuple(condition);
    }

    /** Side by side: along dimension 1, vectors along 0. */
    public static Tensor hstack(Tensor... tensors) {
        return Rearrange.hstack(tensors);
    }

    /** Below each other; vectors count as rows. */
    public static Tensor vstack(Tensor... tensors) {
        return Rearrange.vstack(tensors);
    }

    /** Below each other; another name of {@link #vstack}. */
    public static Tensor rowStack(Tensor... tensors) {
        return Rearrange.vstack(tensors);
    }

    /** Behind each other, along dimension 2. */
    public static Tensor dstack(Tensor... tensors) {
        return Rearrange.dstack(tensors);
    }

    /** Vectors as columns, matrices side by side. */
    public static Tensor columnStack(Tensor... tensors) {
        return Rearrange.columnStack(tensors);
    }

    /** Matrices as blocks along a diagonal, zeros elsewhere. */
    public static Tensor blockDiag(Tensor... tensors) {
        return Rearrange.blockDiag(tensors);
    }

    /** All stretched to their common shape. Views. */
    public static Tensor[] broadcastTensors(Tensor... tensors) {
        return Rearrange.broadcastTensors(tensors);
    }

    /** Coordinates of a grid: result i varies along dimension i (PyTorch's {@code indexing="ij"}). Views. */
    public static Tensor[] meshgrid(Tensor... vectors) {
        return Rearrange.meshgrid(false, vectors);
    }

    /**
     * Coordinates of a grid. Views.
     *
     * @param indexing {@code ij}, or {@code xy} for the first two dimensions swapped
     */
    public static Tensor[] meshgrid(String indexing, Tensor... vectors) {
        if (!indexing.equals("ij") && !indexing.equals("xy")) {
            throw new IllegalArgumentException("meshgrid: indexing must be ij or xy, got " + indexing);
        }
        return Rearrange.meshgrid(indexing.equals("xy"), vectors);
    }

    /** All tuples with one element of each vector, {@code (count, vectors)}. */
    public static Tensor cartesianProd(Tensor... vectors) {
        return Rearrange.cartesianProd(vectors);
    }

    /** All pairs of a vector's elements, {@code (count, 2)}. */
    public static Tensor combinations(Tensor vector) {
        return Rearrange.combinations(vector, 2, false);
    }

    /** All ways to pick {@code r} elements of a vector in its order, {@code (count, r)}. */
    public static Tensor combinations(Tensor vector, int r, boolean withReplacement) {
        return Rearrange.combinations(vector, r, withReplacement);
    }

    /** Coordinates of the lower triangle of a matrix, row by row, {@code (2, count)} in int64. */
    public static Tensor trilIndices(int rows, int columns, int offset) {
        return Diagonals.triangleIndices(true, rows, columns, offset);
    }

    /** Coordinates of the upper triangle of a matrix, row by row, {@code (2, count)} in int64. */
    public static Tensor triuIndices(int rows, int columns, int offset) {
        return Diagonals.triangleIndices(false, rows, columns, offset);
    }

    /** Where {@code values} would have to be inserted before equal elements to keep {@code sorted} sorted along its last dimension, in int64. */
    public static Tensor searchSorted(Tensor sorted, Tensor values) {
        return searchSorted(sorted, values, false);
    }

    /** Where {@code values} would have to be inserted before, or behind ({@code right}), equal elements to keep {@code sorted} sorted, in int64. */
    public static Tensor searchSorted(Tensor sorted, Tensor values, boolean right) {
        return searchSorted(sorted, values, right, false, null);
    }

    /**
     * Where {@code values} would have to be inserted to keep sequences sorted.
     *
     * @param sorted   one sequence for all values, or one for each row of them; in rising order, unless a sorter says their order
     * @param right    whether behind equal elements rather than before them
     * @param outInt32 whether the result is int32 rather than int64
     * @param sorter   int64, of sorted's shape: the positions that sort it, as from {@link Tensor#argsort}; null if it is sorted
     * @throws ShapeException if shapes do not fit, or a position is outside its sequence
     */
    public static Tensor searchSorted(Tensor sorted, Tensor values, boolean right, boolean outInt32, Tensor sorter) {
        Tensor sequence = sorter == null ? sorted : Searching.inOrder("searchSorted", sorted, sorter);
        return Searching.searchSorted("searchSorted", sequence, values, right, outInt32 ? DType.INT32 : DType.INT64);
    }

    /**
     * Normal numbers with a mean and a standard deviation for each, which broadcast, from the default generator; PyTorch's values for the same seed.
     *
     * @throws IllegalArgumentException if a deviation is negative
     */
    public static Tensor normal(Tensor mean, Tensor std) {
        return normal(mean, std, Generator.getDefault(mean.device()));
    }

    /** As {@link #normal(Tensor, Tensor)}. */
    public static Tensor normal(Tensor mean, Tensor std, Generator generator) {
        return io.candela.ops.Sampling.normal(mean, std, generator);
    }

    /**
     * Distances of order {@code p} between all rows: {@code (*, n, m)} and {@code (*, k, m)} to {@code (*, n, k)}. The gradient at a distance of 0
     * is 0. Of more than 25 rows, Euclidean distances come from a matrix product, as in PyTorch: rows close together lose digits.
     *
     * @throws ShapeException if an operand has fewer than two dimensions, or the rows differ in length
     */
    public static Tensor cdist(Tensor a, Tensor b, double p) {
        return Distances.cdist(a, b, p);
    }

    /**
     * Powers of a vector's elements, {@code (n, columns)}: the last column is of the power 0, or, {@code increasing}, the first. Of integers in int64.
     *
     * @throws ShapeException if {@code vector} has not one dimension
     */
    public static Tensor vander(Tensor vector, int columns, boolean increasing) {
        if (vector.dim() != 1) {
            throw new ShapeException("vander: needs one dimension, got %s", vector.shape());
        }
        Tensor base = vector.dtype().isFloating() ? vector : vector.to(DType.INT64);
        Tensor[] powers = new Tensor[columns];
        for (int i = 0; i < columns; i++) {
            int place = increasing ? i : columns - 1 - i;
            powers[place] = i == 0 ? base.onesLike() : powers[increasing ? i - 1 : columns - i].mul(base);
        }
        return columns == 0 ? base.unsqueeze(1).narrow(1, 0, 0).clone() : Tensor.stack(1, powers);
    }

    /** Hann's window of {@code n} elements in float32: periodic, as for Fourier transforms, or symmetric. */
    public static Tensor hannWindow(int n, boolean periodic) {
        return Windows.cosines(n, periodic, 0.5, 0.5);
    }

    /**
     * Kaiser's window of {@code n} elements in float32: periodic, as for Fourier transforms, or symmetric.
     *
     * @param beta its shape: 0 gives ones; 12 in PyTorch unless given
     */
    public static Tensor kaiserWindow(int n, boolean periodic, double beta) {
        return Windows.kaiser(n, periodic, beta);
    }

    /**
     * The coordinates of elements, from their row-major positions: an int64 tensor for each dimension.
     *
     * @param positions from 0, integers of any shape
     * @throws IllegalArgumentException if a position is negative, or not below the number of elements
     */
    public static Tensor[] unravelIndex(Tensor positions, int... shape) {
        return Indexing.unravel(positions, shape);
    }

    /** Hamming's window of {@code n} elements in float32: periodic, as for Fourier transforms, or symmetric. */
    public static Tensor hammingWindow(int n, boolean periodic) {
        return Windows.cosines(n, periodic, 0.54, 0.46);
    }

    /** Blackman's window of {@code n} elements in float32: periodic, as for Fourier transforms, or symmetric. */
    public static Tensor blackmanWindow(int n, boolean periodic) {
        return Windows.cosines(n, periodic, 0.42, 0.5, 0.08);
    }

    /** Bartlett's window, a triangle, of {@code n} elements in float32: periodic, as for Fourier transforms, or symmetric. */
    public static Tensor bartlettWindow(int n, boolean periodic) {
        return Windows.triangle(n, periodic);
    }
}
