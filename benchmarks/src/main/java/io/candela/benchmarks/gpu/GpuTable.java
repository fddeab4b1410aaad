package io.candela.benchmarks.gpu;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.backend.Backends;
import io.candela.backend.cuda.Cuda;
import io.candela.backend.cuda.CudaGraph;
import io.candela.io.TensorIO;
import io.candela.nn.Conv2d;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Flatten;
import io.candela.nn.Layer;
import io.candela.nn.Linear;
import io.candela.nn.MaxPool2d;
import io.candela.nn.ReLU;
import io.candela.nn.Sequential;
import io.candela.nn.models.ResNet;
import io.candela.optim.Adam;
import io.candela.optim.SGD;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;

/**
 * What a GPU is bought for, in one table: {@code GpuTable [--device cuda:0] [--small]} prints a line per row, name and value with tabs between.
 * {@code benchmarks/python/gpu.py} prints the same rows for PyTorch. No JMH: it takes minutes on a machine that is rented by the minute, and
 * work on a device is long enough to be timed by hand.
 */
public final class GpuTable {
    private static final int GROUPS = 5;

    private final Device device;
    private final boolean small; // to try the program itself
    private int failed; // rows

    private GpuTable(Device device, boolean small) {
        this.device = device;
        this.small = small;
    }

    /** Prints the table. Exit code 1 if the device cannot be used or a row failed, 2 for options that there are not. */
    public static void main(String[] args) throws IOException {
        String device = "cuda:0";
        boolean small = false;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--small")) {
                small = true;
            } else if (args[i].equals("--device") && i + 1 < args.length) {
                device = args[++i];
            } else {
                end(2, "unknown option " + args[i] + "; usage: GpuTable [--device cuda:0] [--small]");
            }
        }
        try {
            Backends.of(Device.parse(device)).synchronize();
        } catch (DeviceException e) {
            end(1, e.getMessage());
        }
        GpuTable table = new GpuTable(Device.parse(device), small);
        table.print();
        if (table.failed > 0) {
            end(1, table.failed + " rows failed");
        }
    }

    private static void end(int code, String reason) {
        System.err.println("GpuTable: " + reason);
        System.exit(code);
    }

    private void print() throws IOException {
        int n = small ? 256 : 8192;
        row("matmul " + n + " float32", "TFLOP/s", () -> matmul(n, DType.FLOAT32));
        if (device.type() == Device.Type.CUDA) {
            Cuda.setMatmulTf32(true);
            row("matmul " + n + " float32 by TF32", "TFLOP/s", () -> matmul(n, DType.FLOAT32));
            Cuda.setMatmulTf32(false);
        }
        row("matmul " + n + " bfloat16", "TFLOP/s", () -> matmul(n, DType.BFLOAT16));
        int parameters = small ? 100_000 : 25_000_000;
        row("a copy of " + parameters + " float32 on the device", "GB/s", () -> 8.0 * parameters / seconds(copy(parameters)) / 1e9);
        row("Adam step, " + parameters + " parameters", "ms", () -> 1e3 * seconds(adam(parameters)));
        // it reads parameter, gradient and two moments, and writes all but the gradient
        row("the same, memory read and written", "GB/s", () -> 28.0 * parameters / seconds(adam(parameters)) / 1e9);
        int batch = small ? 4 : 64;
        steps("tutorial CNN, training step, batch " + batch, "ms", () -> step(tutorialCnn(), 32, 10, batch, Kind.PLAIN), s -> 1e3 * s);
        int images = small ? 2 : 128; // two, as the last normalization sees one pixel of each
        int side = small ? 32 : 224;
        for (Kind kind : Kind.values()) {
            String name = "ResNet-50, training, batches of " + images + " images of " + side + ", " + kind.label;
            Supplier<Runnable> step = () -> step(ResNet.resnet50(1000, ResNet.Stem.IMAGENET), side, 1000, images, kind);
            if (device.type() == Device.Type.CUDA) {
                Cuda.setMatmulTf32(kind == Kind.TF32);
                Cuda.setConvTf32(kind == Kind.TF32);
            }
            if (kind != Kind.TF32 || device.type() == Device.Type.CUDA) {
                steps(name, "images/s", step, s -> images / s);
            }
        }
        if (device.type() == Device.Type.CUDA) {
            Cuda.setMatmulTf32(false);
            Cuda.setConvTf32(true);
        }
        save();
    }

    /** How a network is computed. */
    private enum Kind {
        PLAIN("float32"), TF32("TF32"), LOW("bfloat16 by autocast, channels-last");

        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /** A row of a training step as it is, and one of its capture. */
    private void steps(String name, String unit, Supplier<Runnable> step, DoubleUnaryOperator ofSeconds) throws IOException {
        row(name, unit, () -> ofSeconds.applyAsDouble(seconds(step.get())));
        if (device.type() == Device.Type.CUDA) {
            row(name + ", captured", unit, () -> {
                Runnable work = step.get();
                work.run(); // compiles the kernels, and makes the momenta
                try (CudaGraph graph = CudaGraph.capture(device, work)) {
                    return ofSeconds.applyAsDouble(seconds(graph::replay));
                }
            });
        }
    }

    private interface Measurement {
        double value() throws IOException;
    }

    private void row(String name, String unit, Measurement measurement) throws IOException {
        String value;
        try {
            value = String.format(Locale.ROOT, "%.3f %s", measurement.value(), unit);
        } catch (RuntimeException e) { // too little memory, say: the other rows are of use all the same
            value = "failed: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            failed++;
        }
        System.out.println(name + "\t" + value);
        System.gc(); // what the row used, before the next one needs it
    }

    /** Seconds per run: the median of some groups, each as long as half a second or one run. */
    private double seconds(Runnable work) {
        if (small) {
            return time(work, 1);
        }
        for (int i = 0; i < 3; i++) {
            work.run();
        }
        int runs = Math.max(1, (int) Math.min(1000, 0.5 / Math.max(time(work, 1), 1e-6)));
        double[] groups = new double[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = time(work, runs) / runs;
        }
        Arrays.sort(groups);
        return groups[GROUPS / 2];
    }

    private double time(Runnable work, int runs) {
        Backends.of(device).synchronize();
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        Backends.of(device).synchronize();
        return (System.nanoTime() - start) / 1e9;
    }

    private double matmul(int n, DType dtype) {
        Tensor a = Tensor.randn(n, n).to(device).to(dtype);
        Tensor b = Tensor.randn(n, n).to(device).to(dtype);
        return 2.0 * n * n * n / seconds(() -> a.matmul(b).release()) / 1e12;
    }

    private Runnable adam(int parameters) {
        Tensor weight = Tensor.randn(parameters).to(device).setRequiresGrad(true);
        weight.mul(weight).sum().backward();
        Adam optimizer = new Adam(List.of(weight), 1e-3);
        return optimizer::step;
    }

    private static Layer tutorialCnn() {
        return new Sequential(new Conv2d(3, 6, 5), new ReLU(), new MaxPool2d(2), new Conv2d(6, 16, 5), new ReLU(), new MaxPool2d(2),
                new Flatten(), new Linear(400, 120), new ReLU(), new Linear(120, 84), new ReLU(), new Linear(84, 10));
    }

    private Runnable copy(int numbers) {
        Tensor from = Tensor.randn(numbers).to(device);
        Tensor to = from.zerosLike();
        return () -> to.copyFrom(from);
    }

    private Runnable step(Layer model, int side, int classes, int batch, Kind kind) {
        model.to(device);
        MemoryFormat format = kind == Kind.LOW ? MemoryFormat.CHANNELS_LAST : MemoryFormat.CONTIGUOUS;
        SGD optimizer = new SGD(model.parameters(), SGD.options().lr(0.01).momentum(0.9));
        CrossEntropyLoss lossFn = new CrossEntropyLoss();
        Tensor x = Tensor.randn(batch, 3, side, side).to(device).contiguous(format);
        Tensor y = Tensor.randint(0, classes, batch).to(device);
        return () -> {
            optimizer.zeroGrad();
            Tensor loss;
            if (kind == Kind.LOW) {
                try (Autocast region = Autocast.open(device.type(), DType.BFLOAT16)) {
                    loss = lossFn.forward(model.forward(x), y);
                }
            } else {
                loss = lossFn.forward(model.forward(x), y);
            }
            loss.backward();
            optimizer.step();
        };
    }

    private void save() throws IOException {
        int megabytes = small ? 16 : 1024;
        row("save a checkpoint of " + megabytes + " MiB", "GB/s", () -> {
            StateDict state = new StateDict();
            for (int i = 0; i < 4; i++) {
                state.put("weight" + i, Autograd.noGrad(() -> Tensor.ones(megabytes / 4, 1 << 18).to(device)));
            }
            Path file = Files.createTempFile("candela", ".pth");
            try {
                double[] seconds = new double[3];
                for (int i = 0; i < seconds.length; i++) {
                    long start = System.nanoTime();
                    TensorIO.save(state, file);
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
                Arrays.sort(seconds);
                return megabytes * 1048576.0 / seconds[1] / 1e9;
            } finally {
                Files.delete(file);
            }
        });
    }
}
