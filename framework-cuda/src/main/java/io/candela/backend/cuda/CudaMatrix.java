package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BinaryKernel;
import io.candela.backend.MatrixKernels;
import io.candela.backend.UnaryKernel;
import io.candela.backend.cuda.driver.BlasLibrary;
import io.candela.backend.cuda.driver.BlasLibrary.Epilogue;
import io.candela.backend.cuda.driver.BlasLibrary.Layout;
import io.candela.backend.cuda.driver.BlasLibrary.Product;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Matrix products by the device's library; those of integers, which it has not, by a kernel. The library thinks in columns: what is row-major
 * here is its own transpose there, so it is asked for {@code Bᵀ Aᵀ}, which it writes as {@code A B} row-major. Operands are read where they lie
 * unless neither their rows nor their columns follow each other in memory.
 */
final class CudaMatrix implements MatrixKernels {
    private static final int MOST_ALIGNED = 256;
    private static final int TILE = 16; // as in matrix.cu
    private static final int MOST_BLOCKS = 65535; // along y and z

    private final CudaDevice device;
    private final MatrixKernels others;
    private final Map<Long, DeviceMemory.Lease> workspaces = new ConcurrentHashMap<>(); // by stream
    private BlasLibrary library; // null until the first product

    /** @param others for products that the library does not do */
    CudaMatrix(CudaDevice device, MatrixKernels others) {
        this.device = device;
        this.others = others;
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out) {
        product(a, b, Precision.matmulTf32, out);
    }

    /** As {@link #matmul}. */
    void product(Tensor a, Tensor b, boolean tf32, Tensor out) {
        if (out.numel() > 0 && !out.dtype().isFloating()) {
            integers(a, b, out);
        } else if (out.numel() > 0 && !multiply(a, b, null, Epilogue.NONE, tf32, out)) {
            others.matmul(a, b, out);
        }
    }

    @Override
    public void linear(Tensor x, Tensor weight, Tensor bias, Tensor out) {
        linear(x, weight, bias, Epilogue.BIAS, out);
    }

    @Override
    public boolean hasActivations() {
        return true;
    }

    @Override
    public void linear(Tensor x, Tensor weight, Tensor bias, Activation after, Tensor out) {
        boolean relu = after == Activation.RELU;
        if (!linear(x, weight, bias, relu ? Epilogue.BIAS_RELU : Epilogue.BIAS_GELU, out)) {
            Backend.of(out).pointwise().unary(relu ? UnaryKernel.RELU : UnaryKernel.GELU_TANH, out, out);
        }
    }

    /** @return whether the epilogue is in the result; else the bias alone */
    private boolean linear(Tensor x, Tensor weight, Tensor bias, Epilogue epilogue, Tensor out) {
        int[] s = weight.strides();
        Tensor transposed = weight.viewOf(weight.shape().transposed(), new int[] {s[1], s[0]}, weight.offset());
        if (out.numel() == 0) {
            return true;
        }
        if (bias != null && weight.size(0) > 1 && weight.size(1) > 1 // what PyTorch asks for, too: the library is not trusted with less
                && multiply(x, transposed, bias, epilogue, Precision.matmulTf32, out)) {
            return true;
        }
        if (!out.dtype().isFloating()) {
            integers(x, transposed, out);
        } else if (!multiply(x, transposed, null, Epilogue.NONE, Precision.matmulTf32, out)) {
            others.linear(x, weight, bias, out);
            return false;
        }
        if (bias != null) {
            Backend.of(out).pointwise().binary(BinaryKernel.ADD, out, bias, out.dtype(), out);
        }
        return false;
    }

    /**
     * Writes a product.
     *
     * @param bias one element per column of {@code out}, with an epilogue; else null
     * @param tf32 whether factors of float32 may be rounded; means nothing for other types
     * @return whether it could; if not, nothing was written
     */
    boolean multiply(Tensor a, Tensor b, Tensor bias, Epilogue epilogue, boolean tf32, Tensor out) {
        if (!out.dtype().isFloating()) {
            return false;
        }
        if (a.size(-1) == 0) {
            if (epilogue == Epilogue.NONE) {
                Backend.of(out).pointwise().fill(out, 0);
                return true;
            }
            return false;
        }
        if (out.dim() == 3 && b.size(0) == 1 && follows(a)) { // one product of all rows
            return multiply(rows(a), b.viewOf(Shape.of(b.size(1), b.size(2)), last(b.strides()), b.offset()), bias, epilogue, tf32,
                    rows(out));
        }
        Operand left = Operand.of(a);
        Operand right = Operand.of(b);
        Tensor added = bias == null || bias.isContiguous() ? bias : copy(bias);
        int batch = out.dim() == 3 ? out.size(0) : 1;
        int n = out.size(-1);
        int alignment = alignment(added == null ? CudaStorage.address(out) : CudaStorage.address(out) | CudaStorage.address(added)); // the bias counts here, too
        Product product = new Product(out.dtype(), out.dtype() == DType.FLOAT32 && tf32, epilogue, n, out.size(-2), a.size(-1), batch,
                right.layout, left.layout, new Layout(false, n, batch > 1 ? (long) out.size(-2) * n : 0, alignment));
        long stream = device.enter();
        BlasLibrary blas = library();
        boolean done = blas.multiply(product, right.address, left.address, added == null ? 0 : CudaStorage.address(added), CudaStorage.address(out),
                workspace(blas, stream), stream);
        device.settle(stream, product);
        Reference.reachabilityFence(left);
        Reference.reachabilityFence(right);
        Reference.reachabilityFence(added);
        Reference.reachabilityFence(out);
        return done;
    }

    private void integers(Tensor a, Tensor b, Tensor out) {
        int batch = out.dim() == 3 ? out.size(0) : 1;
        int m = out.size(-2);
        int n = out.size(-1);
        Launch l = Launch.of(device.kernels.get("matrix.cu", "integer_product")).tensor(a).longs(strides(a)).tensor(b).longs(strides(b)).tensor(out);
        l.number(out.dtype().ordinal()).number(batch).number(m).number(a.size(-1)).number(n)
                .run((m - 1) / TILE + 1, Math.min((n - 1) / TILE + 1, MOST_BLOCKS), Math.min(batch, MOST_BLOCKS), TILE, TILE, 1, 0);
    }

    /** {@code Matrices} of {@code matrix.cu}. */
    private static long[] strides(Tensor x) {
        int[] s = x.strides();
        int dim = x.dim();
        return new long[] {dim == 3 && x.size(0) > 1 ? s[0] : 0, s[dim - 2], s[dim - 1]};
    }

    /** Whether the matrices of a batch are together one matrix, row below row. */
    private static boolean follows(Tensor a) {
        return a.size(0) > 1 && a.strides()[0] == a.size(1) * a.strides()[1];
    }

    private static Tensor rows(Tensor a) {
        return a.viewOf(Shape.of(a.size(0) * a.size(1), a.size(2)), last(a.strides()), a.offset());
    }

    private static int[] last(int[] strides) {
        return new int[] {strides[1], strides[2]};
    }

    private synchronized BlasLibrary library() {
        if (library == null) {
            try {
                library = device.driver.blas();
            } catch (LinkageError e) {
                throw new CudaException("%s: matrix products need cuBLAS: %s", device, Installation.explain(e));
            }
        }
        return library;
    }

    /** Work on a stream is done one after the other, so one workspace serves all of it. */
    private long workspace(BlasLibrary blas, long stream) {
        return workspaces.computeIfAbsent(stream, s -> device.memory.allocate(blas.workspaceBytes())).block.address;
    }

    private static int alignment(long address) {
        return (int) Long.lowestOneBit(address | MOST_ALIGNED);
    }

    private static Tensor copy(Tensor x) {
        Tensor out = Tensor.empty(x.shape(), x.dtype(), x.device());
        Backend.of(x).pointwise().copy(x, out);
        return out;
    }

    /** A factor as the library reads it: as the transpose of what it is. */
    private static final class Operand {
        final Tensor tensor; // keeps the memory from being reused
        final long address;
        final Layout layout;

        private Operand(Tensor tensor, boolean transposed, int leading) {
            this.tensor = tensor;
            this.address = CudaStorage.address(tensor);
            this.layout = new Layout(transposed, leading, tensor.dim() == 3 && tensor.size(0) > 1 ? tensor.strides()[0] : 0, alignment(address));
        }

        static Operand of(Tensor t) {
            int rows = t.size(-2);
            int columns = t.size(-1);
            int rowStride = t.strides()[t.dim() - 2];
            int columnStride = t.strides()[t.dim() - 1];
            if ((columnStride == 1 || columns == 1) && (rowStride >= columns || rows == 1)) {
                return new Operand(t, false, rows == 1 ? columns : rowStride);
            }
            if ((rowStride == 1 || rows == 1) && (columnStride >= rows || columns == 1)) {
                return new Operand(t, true, columns == 1 ? rows : columnStride);
            }
            return of(copy(t));
        }
    }
}
