package io.candela.tensor;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.backend.Backend;
import io.candela.backend.Backends;
import io.candela.ops.Cast;
import io.candela.ops.Einsum;
import io.candela.ops.Joins;
import io.candela.ops.Pointwise;
import io.candela.ops.Transfer;
import java.util.Arrays;

/**
 * A multi-dimensional array that can take part in automatic differentiation: PyTorch's {@code torch.Tensor}.
 *
 * <p>A tensor is a {@link Storage} seen through an offset, sizes and strides. Views ({@code transpose}, {@code narrow}, {@code select}, …) share
 * the storage: a change in place through one is seen by all. Methods ending in {@code InPlace} change the receiver and return it; all
 * others leave it alone. Element type and device of results follow PyTorch's promotion rules.
 *
 * <p>Memory is freed when no tensor reaches it any more; {@link TensorScope} frees it sooner. Tensors may be read by several threads at
 * once; changing one while another thread uses it needs the caller's own lock.
 *
 * <p>{@code equals} is identity: use {@link #equal} to compare elements.
 */
public final class Tensor extends GraphMember implements PointwiseMethods, FunctionMethods, LogicMethods, InPlaceMethods, ReduceMethods,
        StatisticsMethods, RandomMethods, ShapeMethods, IndexMethods, LinalgMethods, DataMethods, TypeMethods {
    private Storage storage; // this and the next five change together, in setData alone
    private DType dtype;
    private Shape shape;
    private int[] strides;
    private int offset;
    private boolean contiguous;

    private Tensor(Storage storage, DType dtype, Shape shape, int[] strides, int offset) {
        this.storage = storage;
        this.dtype = dtype;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.contiguous = strides == shape.contiguousStrides() || isRowMajor(shape, strides);
    }

    private static boolean isRowMajor(Shape shape, int[] strides) {
        int[] dims = shape.dims();
        int[] expected = shape.contiguousStrides();
        for (int i = 0; i < dims.length; i++) {
            if (strides[i] != expected[i] && dims[i] != 1) {
                return shape.numel() == 0;
            }
        }
        return true;
    }

    // ---- creation ----

    /** New contiguous tensor whose elements are undefined. */
    public static Tensor empty(Shape shape, DType dtype, Device device) {
        return new Tensor(Backends.of(device).allocate(dtype, shape.numel()), dtype, shape, shape.contiguousStrides(), 0);
    }

    /**
     * New dense tensor whose elements are undefined, in the given order.
     *
     * @throws ShapeException if the shape cannot have that order
     */
    public static Tensor empty(Shape shape, DType dtype, Device device, MemoryFormat format) {
        return new Tensor(Backends.of(device).allocate(dtype, shape.numel()), dtype, shape, format.strides(shape), 0);
    }

    /**
     * New tensor whose elements are undefined, with the given strides, as {@code torch.empty_strided}.
     *
     * @param strides in elements, not negative
     * @throws ShapeException if there is not one per dimension, or one is negative
     */
    public static Tensor emptyStrided(Shape shape, int[] strides, DType dtype, Device device) {
        if (strides == shape.contiguousStrides()) {
            return empty(shape, dtype, device);
        }
        if (strides.length != shape.rank()) {
            throw new ShapeException("emptyStrided: %d strides for %s", strides.length, shape);
        }
        int reach = shape.numel() == 0 ? 0 : 1;
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] < 0) {
                throw new ShapeException("emptyStrided: stride %d of dimension %d of %s is negative", strides[i], i, shape);
            }
            reach = shape.numel() == 0 ? 0 : Math.addExact(reach, Math.multiplyExact(strides[i], shape.dims()[i] - 1));
        }
        return new Tensor(Backends.of(device).allocate(dtype, reach), dtype, shape, strides.clone(), 0);
    }

    /**
     * A tensor over memory that exists already.
     *
     * @param strides in elements
     * @param offset  of the first element, in elements of {@code dtype} from the storage's start
     * @throws ShapeException if an element would lie outside the storage
     */
    public static Tensor over(Storage storage, DType dtype, Shape shape, int[] strides, int offset) {
        if (strides.length != shape.rank()) {
            throw new ShapeException("Tensor: %d strides for %s", strides.length, shape);
        }
        long low = offset;
        long high = offset;
        for (int i = 0; i < strides.length; i++) {
            long reach = (long) strides[i] * (shape.dim(i) - 1);
            low += Math.min(reach, 0);
            high += Math.max(reach, 0);
        }
        if (offset < 0 || shape.numel() > 0 && (low < 0 || (high + 1) * dtype.bytes() > storage.bytes())) {
            throw new ShapeException("Tensor: %s with strides %s at offset %d reaches elements %d to %d, the storage holds %d", shape,
                    Arrays.toString(strides), offset, low, high, storage.bytes() / dtype.bytes());
        }
        return new Tensor(storage, dtype, shape, strides.clone(), offset);
    }

    /** Contiguous float32 zeros on the CPU. */
    public static Tensor zeros(int... shape) {
        return zeros(Shape.of(shape), DType.FLOAT32, Device.CPU);
    }

    /** Contiguous zeros on the CPU. */
    public static Tensor zeros(DType dtype, int... shape) {
        return zeros(Shape.of(shape), dtype, Device.CPU);
    }

    /** Contiguous zeros. */
    public static Tensor zeros(Shape shape, DType dtype, Device device) {
        return full(shape, 0, dtype, device);
    }

    /** Contiguous float32 ones on the CPU. */
    public static Tensor ones(int... shape) {
        return full(Shape.of(shape), 1, DType.FLOAT32, Device.CPU);
    }

    /** Contiguous ones on the CPU. */
    public static Tensor ones(DType dtype, int... shape) {
        return full(Shape.of(shape), 1, dtype, Device.CPU);
    }

    /**
     * Contiguous tensor with every element {@code value}, converted to {@code dtype}.
     *
     * @throws DTypeException if {@code dtype} is an integer type and does not hold {@code value}
     */
    public static Tensor full(Shape shape, double value, DType dtype, Device device) {
        Pointwise.checkFits("full", value, dtype);
        Tensor t = empty(shape, dtype, device);
        Backend.of(t).pointwise().fill(t, value);
        return t;
    }

    /** 0-d float32 tensor on the CPU. */
    public static Tensor scalar(double value) {
        return full(Shape.SCALAR, value, DType.FLOAT32, Device.CPU);
    }

    /** 0-d int64 tensor on the CPU. */
    public static Tensor scalar(long value) {
        Tensor t = empty(Shape.SCALAR, DType.INT64, Device.CPU);
        Backend.of(t).pointwise().fill(t, value);
        return t;
    }

    /** float32 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(float[] data, int... shape) {
        return TensorData.copyOf(java.nio.FloatBuffer.wrap(data), DType.FLOAT32, data.length, shape);
    }

    /** float64 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(double[] data, int... shape) {
        return TensorData.copyOf(java.nio.DoubleBuffer.wrap(data), DType.FLOAT64, data.length, shape);
    }

    /** int64 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(long[] data, int... shape) {
        return TensorData.copyOf(java.nio.LongBuffer.wrap(data), DType.INT64, data.length, shape);
    }

    /** int32 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(int[] data, int... shape) {
        return TensorData.copyOf(java.nio.IntBuffer.wrap(data), DType.INT32, data.length, shape);
    }

    /** uint8 tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(byte[] data, int... shape) {
        return TensorData.copyOf(java.nio.ByteBuffer.wrap(data), DType.UINT8, data.length, shape);
    }

    /** bool tensor with a copy of {@code data} in row-major order; without a shape, of one dimension. */
    public static Tensor of(boolean[] data, int... shape) {
        return TensorData.copyOf(TensorData.bytes(data), DType.BOOL, data.length, shape);
    }

    /**
     * float32 tensor {@code (rows, columns)} with a copy of {@code data}.
     *
     * @throws ShapeException if rows differ in length
     */
    public static Tensor of(float[][] data) {
        return of(TensorData.flatten(data), data.length, data.length == 0 ? 0 : data[0].length);
    }

    /** Shares the memory of an ND4J array of a type that Candela has, without a copy; strides and order are kept. */
    public static Tensor of(org.nd4j.linalg.api.ndarray.INDArray array) {
        return io.candela.backend.cpu.Nd4jBridge.share(array);
    }

    /** Shares this tensor's memory with an ND4J array, without a copy, also while only the array is reachable. CPU only; starts ND4J at first use (about 0.4 s). */
    public org.nd4j.linalg.api.ndarray.INDArray toNd4j() {
        return io.candela.backend.cpu.Nd4jBridge.share(this);
    }

    /** {@code 0, 1, … end−1} in int64. */
    public static Tensor arange(long end) {
        return Sequences.arange(0, end, 1);
    }

    /** {@code start, start+step, …} below (with a negative step: above) {@code end}, in int64. */
    public static Tensor arange(long start, long end, long step) {
        return Sequences.arange(start, end, step);
    }

    /** {@code steps} evenly spaced numbers from {@code start} to {@code end}, both included, in float32. */
    public static Tensor linspace(double start, double end, int steps) {
        return Sequences.linspace(DType.FLOAT32, start, end, steps);
    }

    /** float32 identity matrix {@code (n, n)}. */
    public static Tensor eye(int n) {
        return TensorData.eye(n);
    }

    /** float32, uniform in [0, 1), from the default generator; PyTorch's values for the same seed. */
    public static Tensor rand(int... shape) {
        return zeroless(shape).uniformInPlace(0, 1);
    }

    /** float32, standard normal, from the default generator; PyTorch's values for the same seed. */
    public static Tensor randn(int... shape) {
        return zeroless(shape).normalInPlace(0, 1);
    }

    /** int64, uniform in {@code low} to {@code high}−1, from the default generator; PyTorch's values for the same seed. */
    public static Tensor randint(long low, long high, int... shape) {
        return TensorData.randint(low, high, Shape.of(shape), Generator.getDefault());
    }

    /** A random order of 0 to {@code n}−1 in int64, from the default generator; PyTorch's values for the same seed. */
    public static Tensor randperm(int n) {
        return randperm(n, Generator.getDefault());
    }

    /** A random order of 0 to {@code n}−1 in int64, on the generator's device. On a GPU it is not PyTorch's. */
    public static Tensor randperm(int n, Generator generator) {
        return generator.device().equals(Device.CPU) ? of(generator.randperm(n)) : io.candela.ops.Sampling.randperm(n, generator);
    }

    /** Seeds the default generators of all devices, as {@code torch.manual_seed}. */
    public static void manualSeed(long seed) {
        Generator.getDefault().manualSeed(seed);
        Generator.manualSeedDevices(seed);
    }

    private static Tensor zeroless(int... shape) {
        return empty(Shape.of(shape), DType.FLOAT32, Device.CPU);
    }

    /** Zeros of this tensor's shape, type and device, dense, with the dimensions in the order in which they lie here. */
    public Tensor zerosLike() {
        return Pointwise.like(this, 0, dtype);
    }

    /** Ones of this tensor's shape, type and device, in memory as {@link #zerosLike}. */
    public Tensor onesLike() {
        return Pointwise.like(this, 1, dtype);
    }

    /** A tensor of this tensor's shape, type and device with undefined elements, in memory as {@link #zerosLike}. */
    public Tensor emptyLike() {
        return Pointwise.like(this, dtype);
    }

    /**
     * Tensors one after the other along an existing dimension; types are promoted.
     *
     * @throws ShapeException if there are none, or other dimensions differ
     */
    public static Tensor cat(int dim, Tensor... tensors) {
        return Joins.cat(dim, tensors);
    }

    /**
     * Tensors of one shape along a new dimension.
     *
     * @throws ShapeException if there are none, or shapes differ
     */
    public static Tensor stack(int dim, Tensor... tensors) {
        return Joins.stack(dim, tensors);
    }

    /**
     * Einstein's sum: {@code einsum("bij,bjk->bik", x, y)}. A letter per dimension; those not in the result are summed. A letter twice in one
     * operand is a diagonal, {@code ...} stands for any further dimensions, which broadcast; without an arrow the result has {@code ...} and then
     * the letters that stand once, in the order of the alphabet, capitals first.
     *
     * @throws ShapeException if the equation and the shapes do not fit
     */
    public static Tensor einsum(String equation, Tensor... operands) {
        return Einsum.apply(equation, operands);
    }

    // ---- what it is ----

    /** The memory behind this tensor. */
    public Storage storage() {
        return storage;
    }

    /** Element type. */
    public DType dtype() {
        return dtype;
    }

    /** Where the elements are. */
    public Device device() {
        return storage.device();
    }

    /** The sizes. */
    public Shape shape() {
        return shape;
    }

    /** Size of dimension {@code dim}; negative counts from the end. */
    public int size(int dim) {
        return shape.dim(dim);
    }

    /** Number of dimensions. */
    public int dim() {
        return shape.rank();
    }

    /** Number of elements. */
    public int numel() {
        return shape.numel();
    }

    /** The live array of strides in elements, for kernels: never to be written. */
    public int[] strides() {
        return strides;
    }

    /** Distance in elements between neighbours along dimension {@code dim}. */
    public int stride(int dim) {
        shape.dim(dim); // refuses what is not there
        return strides[dim < 0 ? dim + strides.length : dim];
    }

    /** Position of the first element in the storage, in elements. */
    public int offset() {
        return offset;
    }

    /** Whether the elements follow each other in row-major order. */
    public boolean isContiguous() {
        return contiguous;
    }

    /** Whether the elements lie dense in the given order. A tensor with sizes of 1 may lie in both. */
    public boolean isContiguous(MemoryFormat format) {
        return format == MemoryFormat.CONTIGUOUS ? contiguous : MemoryFormat.isChannelsLast(shape, strides);
    }

    /** The order that results of this tensor keep: channels-last if its elements lie so and not also row-major, else contiguous. */
    public MemoryFormat memoryFormat() {
        return !contiguous && MemoryFormat.isChannelsLast(shape, strides) ? MemoryFormat.CHANNELS_LAST : MemoryFormat.CONTIGUOUS;
    }

    /** For ops: a view of this tensor's memory that takes no part in the graph yet. Sizes and strides were checked. */
    public Tensor viewOf(Shape shape, int[] strides, int offset) {
        Tensor t = new Tensor(storage, dtype, shape, strides, offset);
        t.shows(this);
        return t;
    }

    /**
     * Lets this tensor be what another one is: memory (shared, not copied), type, sizes, strides, device; PyTorch's {@code .data = source}. Who
     * holds this tensor, such as a layer or an optimizer, sees the new contents.
     *
     * <p>{@link #requiresGrad} and the gradient stay: a gradient that no longer fits is the caller's to convert or clear. A graph that saved the
     * former contents refuses to be walked. Not to be called while another thread uses this tensor.
     *
     * @return this tensor
     * @throws GraphException if this tensor is the result of a recorded operation
     * @throws DTypeException if this tensor requires a gradient and {@code source} is not floating point
     */
    public Tensor setData(Tensor source) {
        checkNewData(source);
        if (source.storage != storage) {
            source.storage.raiseVersion(storage.version() + 1); // graphs know contents by their version
        }
        storage = source.storage;
        dtype = source.dtype;
        shape = source.shape;
        strides = source.strides;
        offset = source.offset;
        contiguous = source.contiguous;
        refreshLeaf();
        return this;
    }

    /** Gives this tensor's memory back now, without waiting for the garbage collector. Tensors that share it become unusable too. */
    public void release() {
        storage.release();
    }

    // ---- conversion ----

    /** This tensor in another element type; itself if it has that type already. Differentiable between floating types. */
    public Tensor to(DType dtype) {
        return dtype == this.dtype ? this : Autograd.apply(new Cast(dtype), this);
    }

    /** This tensor on another device; itself if it is there already. Differentiable. */
    public Tensor to(Device device) {
        return to(device, false);
    }

    /**
     * As {@link #to(Device)}; what is non-blocking is done beside the program where host memory is pinned, and else is as usual.
     *
     * <p>From {@link #pinMemory pinned} memory to a GPU: the copy is queued like the GPU's other work, and this tensor must not be changed before it
     * is done; it may be released. From a GPU to the CPU: the result is pinned, and whoever reads it first waits for the copy. (Without
     * {@code nonBlocking} a copy to a GPU waits for no work of the GPU either: this tensor's elements are copied to pinned memory first.)
     */
    public Tensor to(Device device, boolean nonBlocking) {
        return device.equals(device()) ? this : Autograd.apply(new Transfer(device, nonBlocking), this);
    }

    /** The same memory outside the graph: requires no gradient, and passes none on. */
    public Tensor detach() {
        return new Tensor(storage, dtype, shape, strides, offset);
    }

    /** A copy with memory of its own: dense, with the dimensions in the order in which they lie here. Differentiable. */
    @Override
    public Tensor clone() {
        return Autograd.apply(new io.candela.ops.Clone(), this);
    }

    /** A dense copy with memory of its own, in the given order. Differentiable. */
    public Tensor clone(MemoryFormat format) {
        return Autograd.apply(new io.candela.ops.Clone(format), this);
    }

    /** Whether shapes and all elements are equal; types may differ. NaN equals nothing. */
    public boolean equal(Tensor other) {
        return shape.equals(other.shape) && eq(other).all().item() != 0;
    }

    /** PyTorch's printed form: {@code tensor([[1.0000, 2.0000]])}; long dimensions are shortened. */
    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }
}
