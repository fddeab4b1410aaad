package io.candela.backend.cuda;

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
import io.candela.backend.cpu.CpuBackend;
import io.candela.backend.cpu.SharedMemory;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Storage;
import io.candela.tensor.ThreadContext;
import java.nio.Buffer;

/** One GPU. Groups of kernels that it does not have yet are the CPU's, by way of {@link HostFallback}. */
final class CudaBackend implements Backend {
    final CudaDevice cuda;
    private final PointwiseKernels pointwise;
    private final ReduceKernels reduce;
    private final MatrixKernels matrix;
    private final ConvKernels conv;
    private final SpecialKernels special;
    private final LinalgKernels linalg;
    private final IndexKernels index;
    private final NnKernels nn;
    private final NormKernels norm;
    private final PoolKernels pool;
    private final RecurrentKernels recurrent;
    private final OptimKernels optim;

    CudaBackend(CudaDevice cuda) {
        this.cuda = cuda;
        Backend cpu = CpuBackend.INSTANCE;
        pointwise = new CudaPointwise(cuda);
        reduce = new CudaReduce(cuda);
        CudaMatrix products = new CudaMatrix(cuda, HostFallback.of(MatrixKernels.class, cuda, cpu.matrix()));
        matrix = products;
        conv = new CudaConv(cuda, new ConvProducts(cuda, products, HostFallback.of(ConvKernels.class, cuda, cpu.conv()), ConvProducts.MOST_BYTES));
        special = HostFallback.of(SpecialKernels.class, cuda, cpu.special());
        linalg = HostFallback.of(LinalgKernels.class, cuda, cpu.linalg());
        index = new CudaIndex(cuda, HostFallback.of(IndexKernels.class, cuda, cpu.index()));
        nn = new CudaNn(cuda, HostFallback.of(NnKernels.class, cuda, cpu.nn()));
        norm = new CudaNorm(cuda);
        pool = new CudaPool(cuda);
        recurrent = new CudaRecurrent(cuda);
        optim = new CudaOptim(cuda);
    }

    @Override
    public Device device() {
        return cuda.device;
    }

    @Override
    public Storage allocate(DType dtype, int count) {
        long bytes = (long) count * dtype.bytes();
        CudaStorage storage = new CudaStorage(cuda, bytes == 0 ? null : cuda.memory.allocate(bytes), bytes);
        ThreadContext.current().allocated(storage, true);
        return storage;
    }

    @Override
    public void upload(Buffer source, DType dtype, Storage target, int offset) {
        target.checkUsable();
        Transfers.upload(cuda, source, ((CudaStorage) target).address() + (long) offset * dtype.bytes());
    }

    @Override
    public void download(Storage source, DType dtype, int offset, Buffer target) {
        source.checkUsable();
        Transfers.download(cuda, ((CudaStorage) source).address() + (long) offset * dtype.bytes(), target);
    }

    @Override
    public Storage allocatePinned(DType dtype, int count) {
        long bytes = (long) count * dtype.bytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new CudaOutOfMemoryException("pinMemory: %d bytes asked for, one tensor on the CPU holds at most %d; split it", bytes, Integer.MAX_VALUE);
        }
        PinnedTensors.Lease lease = cuda.pinnedTensors.lease(bytes);
        Storage storage = SharedMemory.pinned(HostBytes.at(lease.block.address, (int) bytes), lease);
        ThreadContext.current().allocated(storage, true);
        return storage;
    }

    @Override
    public void copyPinned(Storage source, int sourceOffset, Storage target, int targetOffset, DType dtype, int count) {
        boolean toDevice = target instanceof CudaStorage;
        Transfers.copyPinned(cuda, toDevice ? source : target, (toDevice ? sourceOffset : targetOffset) * (long) dtype.bytes(),
                (CudaStorage) (toDevice ? target : source), (toDevice ? targetOffset : sourceOffset) * (long) dtype.bytes(),
                (long) count * dtype.bytes(), toDevice);
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

    @Override
    public void countHostWork(String what) {
        HostFallback.count(what);
    }

    @Override
    public void synchronize() {
        cuda.synchronize();
    }
}
