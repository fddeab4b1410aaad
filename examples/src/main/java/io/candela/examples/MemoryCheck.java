package io.candela.examples;

import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Linear;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Trains a network of three layers in a plain loop, without scope or close, and prints how much memory the process takes on the way: it
 * must not grow. Linux only, where the system tells it in {@code /proc/self/status}.
 *
 * <p>Arguments: the number of steps, 10 000 unless given, and {@code scope} to run the loop with a {@link TensorScope} instead, for comparison.
 */
public final class MemoryCheck {
    private static final int BATCH = 128;

    private final Tensor inputs = Tensor.rand(10 * BATCH, 784);
    private final Tensor targets = Tensor.randint(0, 10, 10 * BATCH);
    private final Sequential model = new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 256), new ReLU(), new Linear(256, 10));
    private final CrossEntropyLoss lossFn = new CrossEntropyLoss();
    private final Adam optimizer = new Adam(model.parameters(), 1e-3);

    private MemoryCheck() {}

    /** Trains, and prints after each tenth of the steps how much memory is resident and how long a step took. */
    public static void main(String[] args) throws IOException {
        int tenth = (args.length > 0 ? Integer.parseInt(args[0]) : 10_000) / 10;
        boolean scope = args.length > 1 && args[1].equals("scope");
        MemoryCheck check = new MemoryCheck();
        for (int i = 1; i <= 10; i++) {
            long start = System.nanoTime();
            check.train(tenth, scope);
            double millis = (System.nanoTime() - start) / 1e6 / tenth;
            System.out.println(String.format(Locale.ROOT, "step %d: %.1f MiB resident, %.3f ms per step", i * tenth, residentMiB(), millis));
        }
    }

    private void train(int steps, boolean scope) {
        for (int i = 0; i < steps; i++) {
            if (scope) {
                try (TensorScope temporaries = TensorScope.open()) {
                    step();
                }
            } else {
                step();
            }
        }
    }

    private void step() {
        Tensor rows = Tensor.randint(0, 10 * BATCH, BATCH);
        Tensor loss = lossFn.forward(model.forward(inputs.indexSelect(0, rows)), targets.indexSelect(0, rows));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
    }

    private static double residentMiB() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status: no line VmRSS");
    }
}
