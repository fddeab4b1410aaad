package io.candela.autograd;

import io.candela.tensor.Tensor;
import io.candela.tensor.ThreadContext;
import java.util.Map;
import java.util.function.Supplier;

/** How {@link Autograd} tells a {@link Tracer}. */
final class Tracing {
    /** Whether this was ever switched on: spares all others the look at their context. Not volatile: a thread sees what it wrote itself. */
    static boolean inUse;

    private Tracing() {}

    static boolean isOn() {
        return ThreadContext.current().tracer != null;
    }

    /** Applies an operation, unseen inside, and tells of it. */
    static <T> T apply(Op op, boolean inPlace, Supplier<T> application, Tensor... operands) {
        ThreadContext context = ThreadContext.current();
        Tracer tracer = (Tracer) context.tracer;
        context.tracer = null;
        T result;
        try {
            result = application.get();
        } finally {
            context.tracer = tracer;
        }
        Tensor[] results = result instanceof Tensor[] several ? several : new Tensor[] {(Tensor) result};
        tracer.applied(inPlace ? op.name() + "InPlace" : op.name(), op.attributes(), results, operands);
        return result;
    }
}
