package io.candela.backend.cpu;

import io.candela.backend.UpdateRule;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A step of an {@link UpdateRule} in C, in one pass over native memory, for contiguous float32 parameters. The bits are those of {@link FloatUpdates}. */
final class NativeUpdates {
    private static final Map<String, Long> KERNELS = Stream.of("SGD", "HEAVY_BALL", "NESTEROV", "MEAN", "ADAM", "AMSGRAD", "NADAM", "ADAMAX", "ADAGRAD",
            "RMSPROP", "RMSPROP_MOMENTUM", "RMSPROP_CENTERED", "RMSPROP_CENTERED_MOMENTUM", "ADADELTA", "RPROP", "ASGD")
            .collect(Collectors.toUnmodifiableMap(Function.identity(), NativeKernels::find));
    private static final boolean PRESENT = !KERNELS.containsValue(0L);
    /** Numbers of a rule's own at most, after three that each has. */
    private static final int OWN = 3;
    private static final int ROLES = 5;

    private final long kernel;
    private final HostBlock numbers; // of the thread that makes the step and waits for the others

    private NativeUpdates(UpdateRule rule) {
        kernel = KERNELS.get(name(rule));
        numbers = HostThread.current().numbers();
        double[] own = numbers(rule);
        numbers.floats.put(0, rule.maximize() ? -1 : 1);
        numbers.floats.put(1, (float) rule.weightDecay());
        numbers.floats.put(2, (float) rule.shrink());
        for (int i = 0; i < own.length; i++) {
            numbers.floats.put(OWN + i, (float) own[i]);
        }
    }

    /** Prepares a step; null if there are no loops in C. */
    static NativeUpdates of(UpdateRule rule) {
        return PRESENT ? new NativeUpdates(rule) : null;
    }

    private static String name(UpdateRule rule) {
        if (rule instanceof UpdateRule.Moments r) {
            return !r.divide() ? "MEAN" : r.amsgrad() ? "AMSGRAD" : r.gradStep() != 0 ? "NADAM" : "ADAM";
        } else if (rule instanceof UpdateRule.Momentum r) {
            return r.momentum() == 0 ? "SGD" : r.nesterov() ? "NESTEROV" : "HEAVY_BALL";
        } else if (rule instanceof UpdateRule.SquareMean r) {
            return (r.centered() ? "RMSPROP_CENTERED" : "RMSPROP") + (r.momentum() > 0 ? "_MOMENTUM" : "");
        } else if (rule instanceof UpdateRule.InfinityNorm) {
            return "ADAMAX";
        } else if (rule instanceof UpdateRule.SquareSum) {
            return "ADAGRAD";
        } else if (rule instanceof UpdateRule.SquareRatio) {
            return "ADADELTA";
        }
        return rule instanceof UpdateRule.SignStep ? "RPROP" : "ASGD";
    }

    /** What the loops in C call c. */
    private static double[] numbers(UpdateRule rule) {
        if (rule instanceof UpdateRule.Moments r) {
            double step = r.divide() ? r.meanStep() : -r.meanStep();
            return new double[] {step, 1 - r.beta1(), r.beta2(), 1 - r.beta2(), r.rootScale(), r.eps(), r.gradStep()};
        } else if (rule instanceof UpdateRule.Momentum r) {
            return new double[] {-r.lr(), r.momentum(), 1 - r.dampening(), r.first() ? 1 : 0};
        } else if (rule instanceof UpdateRule.SquareMean r) {
            return new double[] {-r.lr(), r.alpha(), 1 - r.alpha(), r.eps(), r.momentum()};
        } else if (rule instanceof UpdateRule.InfinityNorm r) {
            return new double[] {r.step(), 1 - r.beta1(), r.beta2(), r.eps()};
        } else if (rule instanceof UpdateRule.SquareSum r) {
            return new double[] {r.lr(), r.eps()};
        } else if (rule instanceof UpdateRule.SquareRatio r) {
            return new double[] {r.lr(), r.rho(), 1 - r.rho(), r.eps()};
        } else if (rule instanceof UpdateRule.SignStep r) {
            return new double[] {r.cut(), r.grow(), r.smallest(), r.largest()};
        } else if (rule instanceof UpdateRule.Averaged r) {
            return new double[] {-r.eta(), r.mu()};
        }
        throw new AssertionError(rule);
    }

    /** Whether a parameter can be updated so: with its gradient and state it is float32 without gaps. */
    static boolean takes(int index, Tensor[]... roles) {
        for (Tensor[] role : roles) {
            if (role[index].dtype() != DType.FLOAT32 || !role[index].isContiguous()) {
                return false;
            }
        }
        return true;
    }

    /** Updates elements {@code begin} to {@code end} of a parameter. */
    void run(int begin, int end, int index, Tensor[]... roles) {
        long x = address(2, begin, index, roles);
        long y = address(3, begin, index, roles);
        long z = address(4, begin, index, roles);
        NativeKernels.update(kernel, end - begin, address(0, begin, index, roles), address(1, begin, index, roles), x, y, z, numbers.address());
    }

    private static long address(int role, int begin, int index, Tensor[]... roles) {
        return role < roles.length ? HostStorage.floatsAddress(roles[role][index]) + (long) Float.BYTES * begin : 0;
    }
}
