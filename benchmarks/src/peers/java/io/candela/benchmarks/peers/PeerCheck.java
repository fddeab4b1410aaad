package io.candela.benchmarks.peers;

import io.candela.benchmarks.CandelaConv;
import io.candela.benchmarks.CandelaImages;
import io.candela.benchmarks.CandelaOptimizer;
import io.candela.benchmarks.ImageWork;
import io.candela.benchmarks.OneDnnConv;
import io.candela.benchmarks.OneDnnMatmul;
import io.candela.benchmarks.Operands;
import io.candela.benchmarks.OptimizerWork;
import io.candela.benchmarks.TinyOp;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/**
 * Shows that every peer does the work it is timed for: from the same start all networks must come to PyTorch's losses, and all ops to the sums of a plain loop.
 * Every check runs in a JVM of its own: {@code java -cp target/benchmarks.jar io.candela.benchmarks.peers.PeerCheck}. Exit code 1 if one fails.
 */
public final class PeerCheck {
    private static final String[] CHECKS = {
        "candela cnn", "candela resnet18", "candela conv", "candela conv channels last", "candela adam", "candela sgd",
        "libtorch iris", "libtorch mlp", "libtorch lstm", "libtorch tiny", "libtorch square", "libtorch cnn", "libtorch resnet18",
        "libtorch resnet18 channels last", "libtorch conv", "libtorch conv channels last", "libtorch adam", "libtorch sgd",
        "djl iris", "djl mlp", "djl tiny", "djl square", "djl cnn", "djl resnet18",
        "dl4j iris", "dl4j mlp", "dl4j cnn", "nd4j tiny", "nd4j square", "onednn square", "onednn conv"
    };
    private static final int STEPS = 100;
    /** Of the residual network, whose losses fall so steeply that every step makes differences of rounding ten times larger. */
    private static final int FEW_STEPS = 3;
    private static final int CNN_BATCH = 64;
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
            System.out.printf("%-32s %s, off by %.1e%n", args[0], good ? "agrees" : "DISAGREES", error);
        }
        System.exit(good ? 0 : 1);
    }

    private static double error(String check) {
        return switch (check) {
            case "candela cnn" -> cnn(candela(ImageWork.cnn(CNN_BATCH)));
            case "candela resnet18" -> resnet18(candela(ImageWork.resnet18(ImageWork.STEP_BATCH)));
            case "candela conv" -> conv(new CandelaConv.Plain());
            case "candela conv channels last" -> conv(new CandelaConv.ChannelsLast());
            case "candela adam" -> candela(OptimizerWork.Kind.ADAM);
            case "candela sgd" -> candela(OptimizerWork.Kind.SGD);
            case "libtorch iris" -> iris(new LibTorchNet.Iris());
            case "libtorch mlp" -> mlp(new LibTorchNet.Mlp());
            case "libtorch lstm" -> training(new LibTorchLstm(), STEPS, 0.085190, 0.065907);
            case "libtorch tiny" -> tiny(new LibTorchOps.Tiny());
            case "libtorch square" -> square(new LibTorchOps.Square());
            case "libtorch cnn" -> cnn(new LibTorchImages(ImageWork.cnn(CNN_BATCH), false));
            case "libtorch resnet18" -> resnet18(new LibTorchImages(ImageWork.resnet18(ImageWork.STEP_BATCH), false));
            case "libtorch resnet18 channels last" -> resnet18(new LibTorchImages(ImageWork.resnet18(ImageWork.STEP_BATCH), true));
            case "libtorch conv" -> ConvCheck.error(new LibTorchConv.Plain().results());
            case "libtorch conv channels last" -> ConvCheck.error(new LibTorchConv.ChannelsLast().results());
            case "libtorch adam" -> libtorch(OptimizerWork.Kind.ADAM);
            case "libtorch sgd" -> libtorch(OptimizerWork.Kind.SGD);
            case "djl iris" -> iris(new DjlNet.Iris());
            case "djl mlp" -> mlp(new DjlNet.Mlp());
            case "djl tiny" -> tiny(new DjlOps.Tiny());
            case "djl square" -> square(new DjlOps.Square());
            case "djl cnn" -> cnn(new DjlImages(ImageWork.cnn(CNN_BATCH)));
            case "djl resnet18" -> resnet18(new DjlImages(ImageWork.resnet18(ImageWork.STEP_BATCH)));
            case "dl4j iris" -> iris(new Dl4jNet.Iris());
            case "dl4j mlp" -> mlp(new Dl4jNet.Mlp());
            case "dl4j cnn" -> training(new Dl4jImages(ImageWork.cnn(CNN_BATCH)), STEPS, 2.300903, 2.264220);
            case "nd4j tiny" -> tiny(new Nd4jOps.Tiny());
            case "nd4j square" -> square(new Nd4jOps.Square());
            case "onednn square" -> square(op -> oneDnn());
            case "onednn conv" -> ConvCheck.error(new OneDnnConv().results());
            default -> throw new IllegalArgumentException("no check " + check);
        };
    }

    private static double iris(PeerNet net) {
        return training(net, STEPS, 1.125934, 1.016186);
    }

    private static double mlp(PeerNet net) {
        return training(net, STEPS, 2.303004, 0.693590);
    }

    private static double cnn(PeerNet net) {
        return training(net, STEPS, 2.300903, 2.265585);
    }

    private static double resnet18(ImageNet net) {
        return Math.max(training(net, FEW_STEPS, 2.370998, 0.844431), Math.abs(net.evaluatedLoss() - 2.263294));
    }

    /** The losses are PyTorch's: {@code python/bench.py --check} prints them. */
    private static double training(PeerNet net, int steps, double first, double last) {
        double error = Math.abs(net.lossNow() - first);
        for (int i = 0; i < steps; i++) {
            net.step();
        }
        net.infer();
        return Math.max(error, Math.abs(net.lossNow() - last));
    }

    private static double candela(OptimizerWork.Kind kind) {
        CandelaOptimizer optimizer = new CandelaOptimizer();
        optimizer.setUp(OptimizerWork.of(kind, OptimizerWork.Sizes.TINY));
        return steps(kind, optimizer::step, optimizer::norm);
    }

    private static double libtorch(OptimizerWork.Kind kind) {
        LibTorchSteps optimizer = new LibTorchSteps();
        optimizer.setUp(OptimizerWork.of(kind, OptimizerWork.Sizes.TINY));
        return steps(kind, optimizer::step, optimizer::norm);
    }

    private static double steps(OptimizerWork.Kind kind, Runnable step, DoubleSupplier norm) {
        for (int i = 0; i < STEPS; i++) {
            step.run();
        }
        return Math.abs(norm.getAsDouble() - (kind == OptimizerWork.Kind.ADAM ? 195.542647 : 357.364398));
    }

    private static ImageNet candela(ImageWork work) {
        CandelaImages net = new CandelaImages(work);
        return new ImageNet() {
            @Override
            public void step() {
                net.step();
            }

            @Override
            public void infer() {
                net.train(false);
                net.forward();
                net.train(true);
            }

            @Override
            public double lossNow() {
                return net.loss().item();
            }

            @Override
            public double evaluatedLoss() {
                net.train(false);
                return lossNow();
            }
        };
    }

    private static double conv(CandelaConv conv) {
        Tensor[] gradients = conv.backward();
        return ConvCheck.error(conv.forward().toFloatArray(), gradients[0].toFloatArray(), gradients[1].toFloatArray(), gradients[2].toFloatArray());
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
