package io.candela.autograd;

import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;

/** What {@link Autograd#detectAnomaly} switches on. */
final class Anomaly {
    /** Whether this was ever switched on: spares all others the look at their context. Not volatile: a thread sees what it wrote itself. */
    static boolean inUse;

    private Anomaly() {}

    static void use() {
        inUse = true;
    }

    /** Keeps where an operation's forward was called. */
    static void note(Op op) {
        if (ThreadContext.current().anomalyMode) {
            op.extras().trace = new Forward(op.name());
        }
    }

    /** @throws GraphException if a gradient that {@code op} made for {@code input} is NaN somewhere */
    static void check(Op op, Node input, Tensor gradient) {
        if (!gradient.dtype().isFloating() || !Autograd.noGrad(() -> gradient.isNan().any().item() != 0)) {
            return;
        }
        int number = 0;
        while (number < op.inputCount() - 1 && op.input(number) != input) {
            number++;
        }
        Throwable trace = op.extras == null ? null : op.extras.trace;
        GraphException e = new GraphException("%s: its backward made the first NaN, in the gradient %s of operand %d; forward was called %s", op.name(),
                gradient.shape(), number, trace == null ? "outside anomaly mode" : "at " + firstOfUser(trace));
        if (trace != null) {
            e.initCause(trace);
        }
        throw e;
    }

    private static String firstOfUser(Throwable trace) {
        StackTraceElement[] frames = trace.getStackTrace();
        for (StackTraceElement frame : frames) {
            String name = frame.getClassName();
            boolean ours = name.startsWith("io.candela.autograd.") || name.startsWith("io.candela.ops.") || name.startsWith("io.candela.tensor.")
                    || name.startsWith("io.candela.nn.");
            if (!ours && !name.startsWith("java.")) {
                return frame.toString();
            }
        }
        return frames.length == 0 ? "an unknown place" : frames[0].toString();
    }

    /** Where an operation's forward was called. */
    private static final class Forward extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Forward(String name) {
            super("forward of " + name + " was called here");
        }
    }
}
