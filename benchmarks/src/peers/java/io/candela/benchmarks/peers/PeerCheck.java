package io.candela.benchmarks.peers;

import io.candela.benchmarks.OneDnnMatmul;
import io.candela.benchmarks.Operands;
import io.candela.benchmarks.TinyOp;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Shows that every peer does the work it is timed for: from the same start all networks must come to PyTorch's losses, and all ops to the sums of a plain loop.
 * Every check runs in a JVM of its own: {@code java -cp target/benchmarks.jar io.candela.benchmarks.peers.PeerCheck}. Exit code 1 if one fails.
 */
public final class PeerCheck {
    private static final String[] CHECKS = {
        "libtorch iris", "libtorch mlp", "libtorch lstm", "libtorch tiny", "libtorch square", "djl iris", "djl mlp", "djl tiny",
        "djl square", "dl4j iris", "dl4j mlp", "nd4j tiny", "nd4j square", "onednn square"
    };
    private static final int STEPS = 100;
    /** DJL and DL4J scale Adam's epsilon otherwise than PyTorch, which shows where gradients are tiny: {@code mlp} is off by 4e-4. */
    private static final double TOLERANCE = 2e-3;

    private PeerCheck() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        boolean good = true;
        if (args.length == 0) {
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            for (String check : CHECKS) {
                var process = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), PeerCheck.class.getName(), check);
                good &= process.inheritIO().start().waitFor() == 0;
            }
        } else {
            double error = error(args[0]);
            good = error < TOLERANCE; // NaN fails
            System.out.printf("%-16s %s, off by %.1e%n", args[0], good ? "agrees" : "DISAGREES", error);
        }
        System.exit(good ? 0 : 1);
    }

    private static double error(String check) {
        return switch (check) {
            case "libtorch iris" -> iris(new LibTorchNet.Iris());
            case "libtorch mlp" -> mlp(new LibTorchNet.Mlp());
            case "libtorch lstm" -> training(new LibTorchLstm(), 0.085190, 0.065907);
            case "libtorch tiny" -> tiny(new LibTorchOps.Tiny());
            case "libtorch square" -> square(new LibTorchOps.Square());
            case "djl iris" -> iris(new DjlNet.Iris());
            case "djl mlp" -> mlp(new DjlNet.Mlp());
            case "djl tiny" -> tiny(new DjlOps.Tiny());
            case "djl square" -> square(new DjlOps.Square());
            case "dl4j iris" -> iris(new Dl4jNet.Iris());
            case "dl4j mlp" -> mlp(new Dl4jNet.Mlp());
            case "nd4j tiny" -> tiny(new Nd4jOps.Tiny());
            case "nd4j square" -> square(new Nd4jOps.Square());
            case "onednn square" -> square(op -> oneDnn());
            default -> throw new IllegalArgumentException("no check " + check);
        };
    }

    private static double iris(PeerNet net) {
        return training(net, 1.125934, 1.016186);
    }

    private static double mlp(PeerNet net) {
        return training(net, 2.303004, 0.693590);
    }

    /** The losses are PyTorch's: {@code python/bench.py --check} prints them. */
    private static double training(PeerNet net, double first, double last) {
        double error = Math.abs(net.lossNow() - first);
        for (int i = 0; i < STEPS; i++) {
            net.step();
        }
        net.infer();
        return Math.max(error, Math.abs(net.lossNow() - last));
    }

    private static double tiny(PeerOps ops) {
        double error = 0;
        for (TinyOp.Kind op : TinyOp.Kind.values()) {
            error = Math.max(error, difference(ops.values(op), op, Operands.ROWS, Operands.INNER, Operands.COLUMNS));
        }
        return error;
    }

    private static double square(PeerOps ops) {
        return difference(ops.values(TinyOp.Kind.MATMUL), TinyOp.Kind.MATMUL, Operands.SQUARE, Operands.SQUARE, Operands.SQUARE);
    }

    private static float[] oneDnn() {
        OneDnnMatmul matmul = new OneDnnMatmul();
        matmul.run();
        return matmul.result();
    }

    private static double difference(float[] actual, TinyOp.Kind op, int rows, int inner, int columns) {
        float[] a = op == TinyOp.Kind.MATMUL ? Operands.first(rows, inner) : Operands.first(rows, columns);
        float[] b = op == TinyOp.Kind.MATMUL ? Operands.second(inner, columns) : Operands.second(rows, columns);
        double error = 0;
        for (int i = 0; i < rows * columns; i++) {
            double expected = switch (op) {
                case ADD -> a[i] + b[i];
                case MUL -> a[i] * b[i];
                case RELU -> Math.max(a[i], 0);
                case MATMUL -> dot(a, b, i / columns, i % columns, inner, columns);
            };
            error = Math.max(error, Math.abs(actual[i] - expected));
        }
        return error;
    }

    private static double dot(float[] a, float[] b, int row, int column, int inner, int columns) {
        double sum = 0;
        for (int i = 0; i < inner; i++) {
            sum += (double) a[row * inner + i] * b[i * columns + column];
        }
        return sum;
    }
}
