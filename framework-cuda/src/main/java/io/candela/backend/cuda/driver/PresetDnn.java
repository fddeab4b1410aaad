package io.candela.backend.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ACTIVATION_RELU;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_DOUBLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_HALF;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DEFAULT_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_PROPAGATE_NAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NCHW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NHWC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_OP_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardData;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardFilter;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBiasActivationForward;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionForward;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateActivationDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionBackwardDataAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionForwardAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetConvolutionForwardAlgorithm_v7;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnSetActivationDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionGroupCount;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionMathType;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionNdDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetFilterNdDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;
import static org.bytedeco.cuda.global.cudnn.cudnnSetTensorNdDescriptor;

import io.candela.backend.ConvGeometry;
import io.candela.backend.cuda.CudaException;
import io.candela.backend.cuda.CudaOutOfMemoryException;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** cuDNN 9, by its functions for single operations. One call at a time: a stream and the arithmetic are state of the library's objects. */
public final class PresetDnn implements DnnLibrary {
    private static final int MOST_PLANS = 2048;
    private static final int MOST_WAYS = 16; // more than there are algorithms
    // of cudnnStatus_t
    private static final int BAD_PARAM = 2000;
    private static final int INTERNAL_ERROR = 4000;
    private static final int HOST_MEMORY = 4003;
    private static final int DEVICE_MEMORY = 4004;

    private final cudnnContext library = new cudnnContext();
    private final cudnnActivationStruct relu = new cudnnActivationStruct();
    private final Pointer[] one = {new FloatPointer(1f), new DoublePointer(1d)}; // in the type of the sums
    private final Pointer[] zero = {new FloatPointer(0f), new DoublePointer(0d)};
    private final Address[] operands = {new Address(), new Address(), new Address(), new Address(), new Address(), new Address()};
    private long current = -1; // the stream that the library was told last
    private final Map<Convolution, Plan> plans = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Convolution, Plan> eldest) {
            if (size() > MOST_PLANS) {
                eldest.getValue().destroy();
                return true;
            }
            return false;
        }
    };

    /**
     * Loads the library for the current device.
     *
     * @throws LinkageError  if it is missing
     * @throws CudaException if it does not start
     */
    public PresetDnn() {
        check("cudnnCreate", cudnnCreate(library));
        check("cudnnCreateActivationDescriptor", cudnnCreateActivationDescriptor(relu));
        check("cudnnSetActivationDescriptor", cudnnSetActivationDescriptor(relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0));
    }

    private static void check(String what, int code) {
        if (code == 0) {
            return;
        }
        String text = "%s failed: %s (%d)".formatted(what, cudnnGetErrorString(code).getString(), code);
        if (code == HOST_MEMORY || code == DEVICE_MEMORY) {
            throw new CudaOutOfMemoryException("%s", text);
        }
        throw new CudaException("%s", text);
    }

    /** Whether a call went well; not so if the library says that it does not do such things. */
    private static boolean isPossible(String what, int code) {
        if (code >= BAD_PARAM && code < INTERNAL_ERROR) {
            return false;
        }
        check(what, code);
        return true;
    }

    /** An address as the preset wants it. */
    private static final class Address extends Pointer {
        Address at(long a) {
            address = a;
            return this;
        }
    }

    /** A convolution, described to the library. */
    private static final class Plan {
        final cudnnTensorStruct input = new cudnnTensorStruct();
        final cudnnFilterStruct weight = new cudnnFilterStruct();
        final cudnnTensorStruct result = new cudnnTensorStruct();
        final cudnnTensorStruct bias = new cudnnTensorStruct();
        final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
        final int sums; // 0 for float32
        final boolean isPossible;
        private final int wished; // arithmetic
        private int math;

        Plan(Convolution c) {
            int type = type(c.type());
            sums = c.type() == DType.FLOAT64 ? 1 : 0;
            check("cudnnCreateTensorDescriptor", cudnnCreateTensorDescriptor(input));
            check("cudnnCreateFilterDescriptor", cudnnCreateFilterDescriptor(weight));
            check("cudnnCreateTensorDescriptor", cudnnCreateTensorDescriptor(result));
            check("cudnnCreateTensorDescriptor", cudnnCreateTensorDescriptor(bias));
            check("cudnnCreateConvolutionDescriptor", cudnnCreateConvolutionDescriptor(convolution));
            Shape filters = planar(c.weight());
            isPossible = describe(input, type, planar(c.input()), c.format()) && describe(result, type, planar(c.result()), c.format())
                    && describe(bias, type, planar(biasOf(c)), MemoryFormat.CONTIGUOUS)
                    && PresetDnn.isPossible("cudnnSetFilterNdDescriptor", cudnnSetFilterNdDescriptor(weight, type,
                            c.format() == MemoryFormat.CHANNELS_LAST ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW, filters.rank(), filters.toArray()))
                    && describe(c.geometry(), sums == 1 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT);
            wished = c.type() == DType.FLOAT32 ? c.tf32() ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH
                    : c.type() == DType.FLOAT64 ? CUDNN_DEFAULT_MATH : CUDNN_TENSOR_OP_MATH;
            set(wished);
        }

        /** The library has two spatial dimensions at least. */
        private static Shape planar(Shape shape) {
            return shape.rank() == 3 ? Shape.of(shape.dim(0), shape.dim(1), 1, shape.dim(2)) : shape;
        }

        private static Shape biasOf(Convolution c) {
            int[] dims = new int[c.result().rank()];
            java.util.Arrays.fill(dims, 1);
            dims[1] = c.result().dim(1);
            return Shape.of(dims);
        }

        private static boolean describe(cudnnTensorStruct tensor, int type, Shape shape, MemoryFormat format) {
            return PresetDnn.isPossible("cudnnSetTensorNdDescriptor",
                    cudnnSetTensorNdDescriptor(tensor, type, shape.rank(), shape.toArray(), format.strides(shape)));
        }

        private boolean describe(ConvGeometry geometry, int sumType) {
            int rank = Math.max(2, geometry.rank());
            int skipped = rank - geometry.rank();
            int[] padding = new int[rank];
            int[] stride = new int[rank];
            int[] dilation = new int[rank];
            for (int i = 0; i < rank; i++) {
                padding[i] = i < skipped ? 0 : geometry.before(i - skipped);
                stride[i] = i < skipped ? 1 : geometry.stride(i - skipped);
                dilation[i] = i < skipped ? 1 : geometry.dilation(i - skipped);
            }
            return PresetDnn.isPossible("cudnnSetConvolutionNdDescriptor",
                    cudnnSetConvolutionNdDescriptor(convolution, rank, padding, stride, dilation, CUDNN_CROSS_CORRELATION, sumType))
                    && PresetDnn.isPossible("cudnnSetConvolutionGroupCount", cudnnSetConvolutionGroupCount(convolution, geometry.groups()));
        }

        private void set(int newMath) {
            math = newMath;
            check("cudnnSetConvolutionMathType", cudnnSetConvolutionMathType(convolution, newMath));
        }

        /** Lets the next call compute so. */
        void compute(int newMath) {
            if (math != newMath) {
                set(newMath);
            }
        }

        void destroy() {
            cudnnDestroyTensorDescriptor(input);
            cudnnDestroyFilterDescriptor(weight);
            cudnnDestroyTensorDescriptor(result);
            cudnnDestroyTensorDescriptor(bias);
            cudnnDestroyConvolutionDescriptor(convolution);
        }
    }

    private static int type(DType type) {
        return switch (type) {
            case FLOAT32 -> CUDNN_DATA_FLOAT;
            case FLOAT64 -> CUDNN_DATA_DOUBLE;
            case FLOAT16 -> CUDNN_DATA_HALF;
            case BFLOAT16 -> CUDNN_DATA_BFLOAT16;
            default -> throw new AssertionError(type);
        };
    }

    private Plan plan(Convolution what) {
        return plans.computeIfAbsent(what, Plan::new);
    }

    /** The address as operand number i of the call that comes. */
    private Pointer operand(int i, long address) {
        return operands[i].at(address);
    }

    private void use(long newStream) {
        if (current != newStream) {
            current = newStream;
            check("cudnnSetStream", cudnnSetStream(library, new CUstream_st(operands[0].at(newStream))));
        }
    }

    /** Adds a way unless it failed, or computes with fewer bits than are allowed. */
    private static void add(List<Way> to, Convolution what, int status, int algorithm, int math, long bytes, int determinism) {
        boolean converts = math == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION && what.type() != DType.FLOAT16;
        boolean rounds = math == CUDNN_TENSOR_OP_MATH && what.type() == DType.FLOAT32 && !what.tf32();
        if (status == 0 && !converts && !rounds) {
            boolean exact = what.type() == DType.FLOAT32 && !what.tf32(); // what the library calls its default may be TF32
            to.add(new Way(algorithm, exact ? CUDNN_FMA_MATH : math, bytes, determinism == CUDNN_DETERMINISTIC));
        }
    }

    @Override
    public synchronized List<Way> ways(Convolution what) {
        return ways(what, 0, 0, 0, 0, -1);
    }

    @Override
    public synchronized List<Way> measuredWays(Convolution what, long input, long weight, long result, long workspace, long workspaceBytes, long on) {
        use(on);
        return ways(what, input, weight, result, workspace, workspaceBytes);
    }

    /** @param bytes of the workspace; −1 if nothing is to be measured */
    private List<Way> ways(Convolution what, long input, long weight, long result, long workspace, long bytes) {
        Plan p = plan(what);
        List<Way> out = new ArrayList<>();
        if (!p.isPossible) {
            return out;
        }
        p.compute(p.wished);
        Pointer x = operand(0, input);
        Pointer w = operand(1, weight);
        Pointer y = operand(2, result);
        Pointer space = operand(3, workspace);
        int[] found = new int[1];
        switch (what.pass()) {
            case FORWARD -> {
                try (cudnnConvolutionFwdAlgoPerf_t all = new cudnnConvolutionFwdAlgoPerf_t(MOST_WAYS)) {
                    int code = bytes < 0
                            ? cudnnGetConvolutionForwardAlgorithm_v7(library, p.input, p.weight, p.convolution, p.result, MOST_WAYS, found, all)
                            : cudnnFindConvolutionForwardAlgorithmEx(library, p.input, x, p.weight, w, p.convolution, p.result, y, MOST_WAYS, found,
                                    all, space, bytes);
                    for (int i = 0; isPossible("cudnnFindConvolutionForwardAlgorithm", code) && i < found[0]; i++) {
                        cudnnConvolutionFwdAlgoPerf_t way = all.position(i);
                        add(out, what, way.status(), way.algo(), way.mathType(), way.memory(), way.determinism());
                    }
                    all.position(0);
                }
            }
            case INPUT_GRADIENT -> {
                try (cudnnConvolutionBwdDataAlgoPerf_t all = new cudnnConvolutionBwdDataAlgoPerf_t(MOST_WAYS)) {
                    int code = bytes < 0
                            ? cudnnGetConvolutionBackwardDataAlgorithm_v7(library, p.weight, p.result, p.convolution, p.input, MOST_WAYS, found, all)
                            : cudnnFindConvolutionBackwardDataAlgorithmEx(library, p.weight, w, p.result, y, p.convolution, p.input, x, MOST_WAYS,
                                    found, all, space, bytes);
                    for (int i = 0; isPossible("cudnnFindConvolutionBackwardDataAlgorithm", code) && i < found[0]; i++) {
                        cudnnConvolutionBwdDataAlgoPerf_t way = all.position(i);
                        add(out, what, way.status(), way.algo(), way.mathType(), way.memory(), way.determinism());
                    }
                    all.position(0);
                }
            }
            default -> {
                try (cudnnConvolutionBwdFilterAlgoPerf_t all = new cudnnConvolutionBwdFilterAlgoPerf_t(MOST_WAYS)) {
                    int code = bytes < 0
                            ? cudnnGetConvolutionBackwardFilterAlgorithm_v7(library, p.input, p.result, p.convolution, p.weight, MOST_WAYS, found, all)
                            : cudnnFindConvolutionBackwardFilterAlgorithmEx(library, p.input, x, p.result, y, p.convolution, p.weight, w, MOST_WAYS,
                                    found, all, space, bytes);
                    for (int i = 0; isPossible("cudnnFindConvolutionBackwardFilterAlgorithm", code) && i < found[0]; i++) {
                        cudnnConvolutionBwdFilterAlgoPerf_t way = all.position(i);
                        add(out, what, way.status(), way.algo(), way.mathType(), way.memory(), way.determinism());
                    }
                    all.position(0);
                }
            }
        }
        return out;
    }

    @Override
    public synchronized boolean convolve(Convolution what, Way way, long input, long weight, long result, long workspace, long on) {
        Plan p = plan(what);
        use(on);
        p.compute(way.math());
        Pointer x = operand(0, input);
        Pointer w = operand(1, weight);
        Pointer y = operand(2, result);
        Pointer space = operand(3, workspace);
        Pointer alpha = one[p.sums];
        Pointer beta = zero[p.sums];
        long bytes = way.workspaceBytes();
        return switch (what.pass()) {
            case FORWARD -> isPossible("cudnnConvolutionForward", cudnnConvolutionForward(library, alpha, p.input, x, p.weight, w, p.convolution,
                    way.algorithm(), space, bytes, beta, p.result, y));
            case INPUT_GRADIENT -> isPossible("cudnnConvolutionBackwardData", cudnnConvolutionBackwardData(library, alpha, p.weight, w, p.result, y,
                    p.convolution, way.algorithm(), space, bytes, beta, p.input, x));
            case WEIGHT_GRADIENT -> isPossible("cudnnConvolutionBackwardFilter", cudnnConvolutionBackwardFilter(library, alpha, p.input, x, p.result,
                    y, p.convolution, way.algorithm(), space, bytes, beta, p.weight, w));
        };
    }

    @Override
    public synchronized boolean convolveRelu(Convolution what, Way way, long input, long weight, long bias, long residual, long result,
            long workspace, long on) {
        Plan p = plan(what);
        use(on);
        p.compute(way.math());
        Pointer y = operand(2, result);
        return isPossible("cudnnConvolutionBiasActivationForward", cudnnConvolutionBiasActivationForward(library, one[p.sums], p.input,
                operand(0, input), p.weight, operand(1, weight), p.convolution, way.algorithm(), operand(3, workspace), way.workspaceBytes(),
                (residual == 0 ? zero : one)[p.sums], p.result, residual == 0 ? y : operand(5, residual), p.bias, operand(4, bias), relu, p.result, y));
    }
}
