package io.candela.autograd;

import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;
import java.util.Map;
import java.util.function.Supplier;

/** Is told of every operation that a thread applies while it {@linkplain #trace traces}, such as to write them down in another form. */
@FunctionalInterface
public interface Tracer {
    /**
     * An operation was applied. Operations inside of others are not told.
     *
     * @param name       of the operation; ends in {@code InPlace} if the first operand was changed
     * @param attributes what {@link Op#attributes()} says; null if it says nothing
     * @param results    what came out; that operand itself if it was changed
     * @param operands   what went in; null where an operand was missing
     */
    void applied(String name, Map<String, Object> attributes, Tensor[] results, Tensor... operands);

    /** Runs code with a tracer for this thread. */
    static <T> T trace(Tracer tracer, Supplier<T> code) {
        Tracing.inUse = true;
        ThreadContext context = ThreadContext.current();
        Object before = context.tracer;
        context.tracer = tracer;
        try {
            return code.get();
        } finally {
            context.tracer = before;
        }
    }

    /** Whether this thread traces, so that several operations must not be made one. */
    static boolean isTracing() {
        return Tracing.inUse && Tracing.isOn();
    }

    /** For functions on tensors that are no {@link Op}: tells the thread's tracer, if there is one, and returns {@code result}. */
    static Tensor note(String name, Map<String, Object> attributes, Tensor result, Tensor... operands) {
        if (Tracing.inUse) {
            note(name, attributes, new Tensor[] {result}, operands);
        }
        return result;
    }

    /** The same for a function with several results. */
    static void note(String name, Map<String, Object> attributes, Tensor[] results, Tensor... operands) {
        if (Tracing.inUse && ThreadContext.current().tracer instanceof Tracer tracer) {
            tracer.applied(name, attributes, results, operands);
        }
    }
}
