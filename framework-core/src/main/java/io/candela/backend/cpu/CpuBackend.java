package io.candela.backend.cpu;

import io.candela.backend.Backend;
import io.candela.backend.ConvKernels;
import io.candela.backend.IndexKernels;
import io.candela.backend.LinalgKernels;
import io.candela.backend.MatrixKernels;
import io.candela.backend.NnKernels;
import io.candela.backend.NormKernels;
import io.candela.backend.OptimKernels;
import io.candela.backend.PointwiseKernels;
import io.candela.backend.PoolKernels;
import io.candela.backend.RecurrentKernels;
import io.candela.backend.ReduceKernels;
import io.candela.backend.SpecialKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Storage;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Map;

/** The CPU: Java loops for small work, oneDNN for large work, ND4J for the long tail. Always there. */
public final class CpuBackend implements Backend {
    /** The one CPU. */
    public static final CpuBackend INSTANCE = new CpuBackend();

    private final PointwiseKernels pointwise = new PointwiseCpu();
    private final SpecialKernels special = new SpecialCpu();
    private final ReduceKernels reduce = new ReduceCpu();
    private final MatrixKernels matrix = new MatrixCpu();
    private final ConvKernels conv = new ConvCpu();
    private final LinalgKernels linalg = new LinalgCpu();
    private final IndexKernels index = new IndexCpu();
    private final NnKernels nn = new NnCpu();
    private final NormKernels norm = new NormCpu();
    private final PoolKernels pool = new PoolCpu();
    private final RecurrentKernels recurrent = new RecurrentCpu();
    private final OptimKernels optim = new OptimCpu();

    private CpuBackend() {}

    /** How many threads large kernels use, the caller included: the processors, unless {@code -Dcandela.threads=N} is set. */
    public static int threads() {
        return Workers.threads();
    }

    /**
     * Sets how many threads large kernels use. Results of reductions over parts may differ in the last bit between settings.
     *
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public static void setThreads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("CpuBackend: threads must be 1 or more, got " + count);
        }
        Workers.setThreads(count);
    }

    /** The processor's name, the threads that large kernels use, the vector instructions that oneDNN finds, and its version; in this order. */
    public static Map<String, Object> about() {
        return Processor.about();
    }

    /** Bytes of native memory that tensors use now, with their slabs. */
    public static long usedBytes() {
        return HostPool.INSTANCE.leasedBytes();
    }

    /** Bytes of native memory kept for reuse. */
    public static long pooledBytes() {
        return HostPool.INSTANCE.pooledBytes();
    }

    /** Lets go of the memory kept for reuse. */
    public static void trim() {
        HostPool.INSTANCE.trim();
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public Storage allocate(DType dtype, int count) {
        return HostThread.current().allocate((long) count * dtype.bytes());
    }

    @Override
    public void upload(Buffer source, DType dtype, Storage target, int offset) {
        HostStorage s = (HostStorage) target;
        s.checkUsable();
        int at = s.start / dtype.bytes() + offset;
        int n = source.remaining();
        if (source instanceof FloatBuffer f) {
            s.block.floats.put(at, f, f.position(), n);
        } else if (source instanceof DoubleBuffer d) {
            s.block.doubles.put(at, d, d.position(), n);
        } else if (source instanceof LongBuffer l) {
            s.block.longs.put(at, l, l.position(), n);
        } else if (source instanceof IntBuffer i) {
            s.block.ints.put(at, i, i.position(), n);
        } else if (source instanceof ShortBuffer h) {
            s.block.shorts.put(at, h, h.position(), n);
        } else {
            ByteBuffer b = (ByteBuffer) source;
            s.block.bytes.put(s.start + offset * dtype.bytes(), b, b.position(), n);
        }
    }

    @Override
    public void download(Storage source, DType dtype, int offset, Buffer target) {
        HostStorage s = (HostStorage) source;
        s.checkUsable();
        int at = s.start / dtype.bytes() + offset;
        int n = target.remaining();
        if (target instanceof FloatBuffer f) {
            f.put(f.position(), s.block.floats, at, n);
        } else if (target instanceof DoubleBuffer d) {
            d.put(d.position(), s.block.doubles, at, n);
        } else if (target instanceof LongBuffer l) {
            l.put(l.position(), s.block.longs, at, n);
        } else if (target instanceof IntBuffer i) {
            i.put(i.position(), s.block.ints, at, n);
        } else if (target instanceof ShortBuffer h) {
            h.put(h.position(), s.block.shorts, at, n);
        } else {
            ByteBuffer b = (ByteBuffer) target;
            b.put(b.position(), s.block.bytes, s.start + offset * dtype.bytes(), n);
        }
    }

    @Override
    public PointwiseKernels pointwise() {
        return pointwise;
    }

    @Override
    public SpecialKernels special() {
        return special;
    }

    @Override
    public ReduceKernels reduce() {
        return reduce;
    }

    @Override
    public MatrixKernels matrix() {
        return matrix;
    }

    @Override
    public ConvKernels conv() {
        return conv;
    }

    @Override
    public LinalgKernels linalg() {
        return linalg;
    }

    @Override
    public IndexKernels index() {
        return index;
    }

    @Override
    public NnKernels nn() {
        return nn;
    }

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public PoolKernels pool() {
        return pool;
    }

    @Override
    public RecurrentKernels recurrent() {
        return recurrent;
    }

    @Override
    public OptimKernels optim() {
        return optim;
    }
}
