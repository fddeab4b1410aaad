package io.candela.autograd;

import io.candela.tensor.ThreadContext;

/**
 * A mode of the calling thread that ends with a try block:
 *
 * <pre>{@code
 * try (var mode = Autograd.setGradEnabled(false)) {
 *     prediction = model.forward(x);
 * }
 * }</pre>
 */
public final class GradMode implements AutoCloseable {
    private final ThreadContext context;
    private final boolean gradEnabled;
    private final boolean anomalyMode;
    private final boolean inference;

    GradMode(ThreadContext context) {
        this.context = context;
        this.gradEnabled = context.gradEnabled;
        this.anomalyMode = context.anomalyMode;
        this.inference = context.inferenceMode;
    }

    /** Goes back to the modes that were set before. */
    @Override
    public void close() {
        if (ThreadContext.current() != context) {
            throw new IllegalStateException("GradMode: closed on another thread than the one that opened it");
        }
        context.gradEnabled = gradEnabled;
        context.anomalyMode = anomalyMode;
        context.inferenceMode = inference;
    }
}
