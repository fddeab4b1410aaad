package io.candela.backend.cuda;

import io.candela.backend.OptimKernels;
import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;

/** Optimizer updates: one launch updates as many parameters as a kernel's arguments have room for. Their addresses are arguments: nothing is uploaded. */
final class CudaOptim implements OptimKernels {
    private static final int THREADS = 256;
    private static final int MOST_ROLES = 5; // as in optim.cu, and the next two
    private static final int MOST_TENSORS = 64;
    private static final int CHUNK = 4096;

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
            update(rule, plan, type, batch, n, roles);
        }
    }

    private void update(UpdateRule rule, Plan plan, DType type, int[] batch, int n, Tensor[]... roles) {
        if (n == 0) {
            return;
        }
        int used = roles.length;
        Launch l = Launch.of(device.kernels.get("optim.cu", PointwiseSource.only(plan.kernel, type), plan.kernel + '_' + type.torchName()));
        writeNumbers(rule, plan, type, l);
        l.number(used);
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

    private static void writeNumbers(UpdateRule rule, Plan plan, DType type, Launch l) {
        double[] all = new double[10];
        all[0] = rule.maximize() ? -1 : 1;
        all[1] = rule.weightDecay();
        all[2] = rule.shrink();
        System.arraycopy(plan.numbers, 0, all, 3, plan.numbers.length);
        if (type == DType.FLOAT64) {
            ByteBuffer to = l.begin(8);
            for (double v : all) {
                to.putDouble(v);
            }
            to.putLong(plan.flags); // and what aligns the struct's end
        } else {
            ByteBuffer to = l.begin(4);
            for (double v : all) {
                to.putFloat((float) v);
            }
            to.putInt(plan.flags);
        }
    }
}
