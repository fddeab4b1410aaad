package io.candela.backend.cuda.driver;

import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_DEFAULT;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_GELU_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_EPILOGUE_RELU_BIAS;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_EPILOGUE;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSA;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSB;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_64F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cublas.cublasLtCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtGetStatusName;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmul;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulAlgoGetHeuristic;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulDescInit;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulDescSetAttribute;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceInit;
import static org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceSetAttribute;
import static org.bytedeco.cuda.global.cublas.cublasLtMatrixLayoutInit;
import static org.bytedeco.cuda.global.cublas.cublasLtMatrixLayoutSetAttribute;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_64F;

import io.candela.backend.cuda.CudaException;
import io.candela.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** cuBLASLt. For each kind of product it is asked once what it holds for best. */
public final class PresetBlas implements BlasLibrary {
    private static final long WORKSPACE = 32 << 20;
    private static final int MOST_PLANS = 4096;
    private static final int NOT_SUPPORTED = 15; // cublasStatus_t

    private final cublasLtContext library = new cublasLtContext();
    private final Pointer[] one = {new FloatPointer(1f), new DoublePointer(1d)}; // in the type of the sums
    private final Pointer[] zero = {new FloatPointer(0f), new DoublePointer(0d)};
    private final Map<Product, Plan> plans = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Product, Plan> eldest) {
            return size() > MOST_PLANS;
        }
    };

    /**
     * Loads the library for the current device.
     *
     * @throws LinkageError if it is missing
     */
    public PresetBlas() {
        check("cublasLtCreate", cublasLtCreate(library));
    }

    private static void check(String what, int code) {
        if (code != 0) {
            throw new CudaException("%s failed: %s (%d)", what, cublasLtGetStatusName(code).getString(), code);
        }
    }

    /** An address as the preset wants it. */
    private static final class Address extends Pointer {
        Address(long a) {
            address = a;
        }
    }

    /** A product, described to the library, and how it does that. */
    private final class Plan {
        final cublasLtMatmulDescOpaque_t product = new cublasLtMatmulDescOpaque_t();
        final cublasLtMatrixLayoutOpaque_t a;
        final cublasLtMatrixLayoutOpaque_t b;
        final cublasLtMatrixLayoutOpaque_t out;
        final cublasLtMatmulHeuristicResult_t way = new cublasLtMatmulHeuristicResult_t();
        final boolean isPossible;
        final int sums; // 0 for float32
        final LongPointer bias = new LongPointer(1);

        Plan(Product p) {
            int type = type(p.type());
            sums = p.type() == DType.FLOAT64 ? 1 : 0;
            int compute = sums == 1 ? CUBLAS_COMPUTE_64F : p.tf32() ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
            check("cublasLtMatmulDescInit", cublasLtMatmulDescInit(product, compute, sums == 1 ? CUDA_R_64F : CUDA_R_32F));
            set(CUBLASLT_MATMUL_DESC_TRANSA, p.a().transposed() ? CUBLAS_OP_T : CUBLAS_OP_N);
            set(CUBLASLT_MATMUL_DESC_TRANSB, p.b().transposed() ? CUBLAS_OP_T : CUBLAS_OP_N);
            set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(p.epilogue()));
            a = layout(type, p.a(), p.rows(), p.inner(), p.batch());
            b = layout(type, p.b(), p.inner(), p.columns(), p.batch());
            out = layout(type, p.out(), p.rows(), p.columns(), p.batch());
            isPossible = find(p);
        }

        private void set(int attribute, int value) {
            try (IntPointer v = new IntPointer(value)) {
                check("cublasLtMatmulDescSetAttribute", cublasLtMatmulDescSetAttribute(product, attribute, v, Integer.BYTES));
            }
        }

        private boolean find(Product p) {
            try (cublasLtMatmulPreferenceOpaque_t wishes = new cublasLtMatmulPreferenceOpaque_t(); IntPointer found = new IntPointer(1)) {
                check("cublasLtMatmulPreferenceInit", cublasLtMatmulPreferenceInit(wishes));
                try (LongPointer bytes = new LongPointer(WORKSPACE)) {
                    check("cublasLtMatmulPreferenceSetAttribute",
                            cublasLtMatmulPreferenceSetAttribute(wishes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes, Long.BYTES));
                }
                align(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, p.a());
                align(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, p.b());
                align(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, p.out());
                align(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, p.out());
                int code = cublasLtMatmulAlgoGetHeuristic(library, product, a, b, out, out, wishes, 1, way, found);
                if (code == NOT_SUPPORTED) {
                    return false;
                }
                check("cublasLtMatmulAlgoGetHeuristic", code);
                return found.get() > 0 && way.state() == 0;
            }
        }
    }

    private static void align(cublasLtMatmulPreferenceOpaque_t wishes, int attribute, Layout layout) {
        try (IntPointer v = new IntPointer(layout.alignment())) {
            check("cublasLtMatmulPreferenceSetAttribute", cublasLtMatmulPreferenceSetAttribute(wishes, attribute, v, Integer.BYTES));
        }
    }

    private static int type(DType type) {
        return switch (type) {
            case FLOAT32 -> CUDA_R_32F;
            case FLOAT64 -> CUDA_R_64F;
            case FLOAT16 -> CUDA_R_16F;
            case BFLOAT16 -> CUDA_R_16BF;
            default -> throw new AssertionError(type);
        };
    }

    private static int epilogue(Epilogue epilogue) {
        return switch (epilogue) {
            case NONE -> CUBLASLT_EPILOGUE_DEFAULT;
            case BIAS -> CUBLASLT_EPILOGUE_BIAS;
            case BIAS_RELU -> CUBLASLT_EPILOGUE_RELU_BIAS;
            case BIAS_GELU -> CUBLASLT_EPILOGUE_GELU_BIAS;
        };
    }

    /** @param rows of the matrix that is meant, as {@code columns} */
    private static cublasLtMatrixLayoutOpaque_t layout(int type, Layout l, int rows, int columns, int batch) {
        cublasLtMatrixLayoutOpaque_t out = new cublasLtMatrixLayoutOpaque_t();
        check("cublasLtMatrixLayoutInit",
                cublasLtMatrixLayoutInit(out, type, l.transposed() ? columns : rows, l.transposed() ? rows : columns, l.leading()));
        if (batch > 1) {
            try (IntPointer count = new IntPointer(batch); LongPointer stride = new LongPointer(l.batchStride())) {
                check("cublasLtMatrixLayoutSetAttribute",
                        cublasLtMatrixLayoutSetAttribute(out, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, count, Integer.BYTES));
                check("cublasLtMatrixLayoutSetAttribute",
                        cublasLtMatrixLayoutSetAttribute(out, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, stride, Long.BYTES));
            }
        }
        return out;
    }

    private Plan plan(Product product) {
        synchronized (plans) {
            Plan plan = plans.get(product);
            if (plan == null) {
                plan = new Plan(product);
                plans.put(product, plan);
            }
            return plan;
        }
    }

    @Override
    public long workspaceBytes() {
        return WORKSPACE;
    }

    @Override
    public boolean multiply(Product product, long a, long b, long bias, long out, long workspace, long stream) {
        Plan plan = plan(product);
        if (!plan.isPossible) {
            return false;
        }
        Address target = new Address(out);
        synchronized (plan) { // the bias is part of the description
            if (product.epilogue() != Epilogue.NONE) {
                plan.bias.put(bias);
                check("cublasLtMatmulDescSetAttribute",
                        cublasLtMatmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, plan.bias, Long.BYTES));
            }
            check("cublasLtMatmul", cublasLtMatmul(library, plan.product, one[plan.sums], new Address(a), plan.a, new Address(b), plan.b,
                    zero[plan.sums], target, plan.out, target, plan.out, plan.way.algo(), new Address(workspace), WORKSPACE,
                    new CUstream_st(new Address(stream))));
        }
        return true;
    }
}
