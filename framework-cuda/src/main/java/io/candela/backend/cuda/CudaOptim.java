package io.candela.backend.cuda;

import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Optimizer updates: one launch updates as many parameters as a kernel's arguments have room for. Their addresses are arguments: nothing is uploaded. */
final class CudaOptim implements OptimKernels {
    private static final int THREADS = 256;
    private static final int MOST_ROLES = 5; // as in optim.cu, and the next two
    private static final int MOST_TENSORS = 64;
    private static final int CHUNK = 4096;
    private static final int NUMBER_WORDS = 11; // as long as Numbers of float64

    private final CudaDevice device;

    CudaOptim(CudaDevice device) {
        this.device = device;
    }

    /** The kernel of a rule, its numbers in the order of {@code optim.cu}, and its flags. */
    private record Plan(String kernel, int flags, double... numbers) {}

    private static Plan plan(UpdateRule rule) {
        if (rule instanceof UpdateRule.Momentum r) {
            return new Plan("momentum", flags(r.nesterov(), r.first()), r.lr(), r.momentum(), 1 - r.dampening());
        } else if (rule instanceof UpdateRule.Moments r) {
            return new Plan("moments", flags(r.amsgrad(), r.divide()), 1 - r.beta1(), r.beta2(), 1 - r.beta2(), r.eps(), r.meanStep(), r.gradStep(),
                    r.rootScale());
        } else if (rule instanceof UpdateRule.InfinityNorm r) {
            return new Plan("infinityNorm", 0, 1 - r.beta1(), r.beta2(), r.eps(), r.step());
        } else if (rule instanceof UpdateRule.SquareSum r) {
            return new Plan("squareSum", 0, r.lr(), r.eps());
        } else if (rule instanceof UpdateRule.SquareMean r) {
            return new Plan("squareMean", flags(r.centered(), false), r.lr(), r.alpha(), 1 - r.alpha(), r.eps(), r.momentum());
        } else if (rule instanceof UpdateRule.SquareRatio r) {
            return new Plan("squareRatio", 0, r.lr(), r.rho(), 1 - r.rho(), r.eps());
        } else if (rule instanceof UpdateRule.SignStep r) {
            return new Plan("signStep", 0, r.cut(), r.grow(), r.smallest(), r.largest());
        } else if (rule instanceof UpdateRule.Averaged r) {
            return new Plan("averaged", 0, r.eta(), r.mu());
        }
        throw new AssertionError(rule);
    }

    private static int flags(boolean first, boolean second) {
        return (first ? 1 : 0) | (second ? 2 : 0);
    }

    @Override
    public void update(UpdateRule rule, int count, Tensor[]... roles) {
        update(rule, type -> 0, count, roles);
    }

    @Override
    public boolean isCaptured() {
        return CudaThread.current().captured(device) != null;
    }

    @Override
    public void capture(UpdateRule rule, Supplier<UpdateRule> next, int count, Tensor[]... roles) {
        Captured captured = CudaThread.current().captured(device);
        UpdateRule[] current = {rule};
        captured.beforeReplay(() -> current[0] = next.get());
        Map<DType, Long> places = new EnumMap<>(DType.class);
        update(rule, type -> places.computeIfAbsent(type, t -> captured.place(() -> words(current[0], t))), count, roles);
    }

    /** @param places where on the device a type's numbers will be at each replay of a graph; 0 if they are arguments */
    private void update(UpdateRule rule, ToLongFunction<DType> places, int count, Tensor[]... roles) {
        Plan plan = plan(rule);
        int[] batch = new int[MOST_TENSORS];
        boolean[] done = new boolean[count];
        for (int first = 0; first < count; first++) {
            if (done[first]) {
                continue;
            }
            DType type = roles[0][first].dtype(); // a launch has one type
            int n = 0;
            for (int i = first; i < count && n < MOST_TENSORS; i++) {
                if (!done[i] && roles[0][i].dtype() == type) {
                    done[i] = true;
                    if (roles[0][i].numel() > 0) {
                        batch[n++] = i;
                    }
                }
            }
            update(rule, plan, type, places, batch, n, roles);
        }
    }

    private void update(UpdateRule rule, Plan plan, DType type, ToLongFunction<DType> places, int[] batch, int n, Tensor[]... roles) {
        if (n == 0) {
            return;
        }
        int used = roles.length;
        long place = places.applyAsLong(type); // which may itself launch
        Launch l = Launch.of(device.kernels.get("optim.cu", PointwiseSource.only(plan.kernel, type), plan.kernel + '_' + type.torchName()));
        writeNumbers(rule, plan, type, l.begin(type == DType.FLOAT64 ? 8 : 4));
        l.address(place).number(used);
        ByteBuffer to = l.begin(8);
        int start = to.position();
        to.putInt(n).putInt(0);
        long chunks = 0;
        for (int i = 0; i < MOST_TENSORS; i++) {
            chunks += i < n ? (roles[0][batch[i]].numel() + CHUNK - 1) / CHUNK : 0;
            to.putInt((int) chunks);
        }
        for (int i = 0; i < MOST_TENSORS; i++) {
            to.putInt(i < n ? roles[0][batch[i]].numel() : 0);
        }
        long all = 0;
        for (int r = 0; r < MOST_ROLES; r++) {
            for (int i = 0; i < MOST_TENSORS; i++) {
                long address = r < used && i < n ? CudaStorage.address(roles[r][batch[i]]) : 0;
                all |= address;
                to.putLong(address);
            }
        }
        to.putInt(start + 4, all % 16 == 0 ? 1 : 0);
        l.run((int) chunks, THREADS, 0);
        java.lang.ref.Reference.reachabilityFence(roles);
    }

    /** {@code Numbers} of {@code optim.cu}. */
    private static void writeNumbers(UpdateRule rule, Plan plan, DType type, ByteBuffer to) {
        double[] all = new double[10];
        all[0] = rule.maximize() ? -1 : 1;
        all[1] = rule.weightDecay();
        all[2] = rule.shrink();
        System.arraycopy(plan.numbers, 0, all, 3, plan.numbers.length);
        if (type == DType.FLOAT64) {
            for (double v : all) {
                to.putDouble(v);
            }
            to.putLong(plan.flags); // and what aligns the struct's end
        } else {
            for (double v : all) {
                to.putFloat((float) v);
            }
            to.putInt(plan.flags);
        }
    }

    private static long[] words(UpdateRule rule, DType type) {
        ByteBuffer bytes = ByteBuffer.allocate(NUMBER_WORDS * Long.BYTES).order(ByteOrder.nativeOrder());
        writeNumbers(rule, plan(rule), type, bytes);
        long[] words = new long[NUMBER_WORDS];
        bytes.rewind().asLongBuffer().get(words);
        return words;
    }
}
