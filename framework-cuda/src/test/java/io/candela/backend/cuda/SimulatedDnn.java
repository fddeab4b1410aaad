package io.candela.backend.cuda;

import io.candela.backend.ConvGeometry;
import io.candela.backend.cuda.driver.DnnLibrary;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A library of convolutions: plain loops over host memory, in both orders. It refuses what cuDNN refuses, offers ways with and without workspace,
 * fills its workspaces, and notes what it was asked for.
 */
final class SimulatedDnn implements DnnLibrary {
    /** Its ways: a fast one that needs memory, a middling one that is not deterministic, and a slow one. */
    static final List<Way> WAYS = List.of(new Way(7, 1, 4096, true), new Way(1, 0, 512, false), new Way(0, 3, 0, true));

    private final SimulatedBlas.Check allocated;
    private final Queue queue;
    /** What was computed, in order. */
    final List<Convolution> asked = new ArrayList<>();
    /** In which way. */
    final List<Way> taken = new ArrayList<>();
    int searches;
    int measurements;
    /** Ways that it says to have but does not do. */
    Predicate<Way> refuses = way -> false;
    /** Its ways by convolution. */
    java.util.function.Function<Convolution, List<Way>> offers = what -> WAYS;

    /** A driver's stream. */
    interface Queue {
        void add(long stream, String what, Runnable work);
    }

    SimulatedDnn(SimulatedBlas.Check allocated, Queue queue) {
        this.allocated = allocated;
        this.queue = queue;
    }

    @Override
    public synchronized List<Way> ways(Convolution what) {
        check(what);
        searches++;
        return offers.apply(what);
    }

    @Override
    public synchronized List<Way> measuredWays(Convolution what, long input, long weight, long result, long workspace, long workspaceBytes, long stream) {
        check(what);
        measurements++;
        Loops loops = new Loops(what, input, weight, result);
        queue.add(stream, "measure", () -> {
            loops.touch();
            new HostMemory(what.type(), switch (what.pass()) {
                case FORWARD -> result;
                case INPUT_GRADIENT -> input;
                case WEIGHT_GRADIENT -> weight;
            }).put(0, Double.NaN); // overwritten, as the library does
        });
        List<Way> out = new ArrayList<>(offers.apply(what));
        out.removeIf(way -> way.workspaceBytes() > workspaceBytes);
        java.util.Collections.reverse(out);
        return out;
    }

    @Override
    public boolean convolve(Convolution what, Way way, long input, long weight, long result, long workspace, long stream) {
        return run(what, way, new Loops(what, input, weight, result), workspace, stream, loops -> { });
    }

    @Override
    public boolean convolveRelu(Convolution what, Way way, long input, long weight, long bias, long residual, long result, long workspace, long stream) {
        must(what.pass() == Pass.FORWARD, "pass of " + what);
        return run(what, way, new Loops(what, input, weight, result), workspace, stream, loops -> loops.finish(bias, residual));
    }

    private synchronized boolean run(Convolution what, Way way, Loops loops, long workspace, long stream, Consumer<Loops> then) {
        check(what);
        must((workspace == 0) == (way.workspaceBytes() == 0), "workspace of " + way);
        if (refuses.test(way)) {
            return false;
        }
        asked.add(what);
        taken.add(way);
        queue.add(stream, "convolve " + what.pass(), () -> {
            if (workspace != 0) {
                allocated.run(workspace, way.workspaceBytes());
                org.bytedeco.javacpp.Pointer.memset(new HostAddress(workspace), 0x7F, way.workspaceBytes());
            }
            loops.touch();
            loops.run();
            then.accept(loops);
        });
        return true;
    }

    private static final class HostAddress extends org.bytedeco.javacpp.Pointer {
        HostAddress(long at) {
            address = at;
        }
    }

    private static void must(boolean right, String what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }

    private static void check(Convolution c) {
        int rank = c.geometry().rank();
        must(c.type().isFloating(), "type of " + c);
        must(!c.tf32() || c.type() == io.candela.tensor.DType.FLOAT32, "tf32 of " + c);
        must(rank >= 1 && rank <= 3 && c.input().rank() == rank + 2 && c.weight().rank() == rank + 2 && c.result().rank() == rank + 2, "ranks of " + c);
        must(c.input().numel() > 0 && c.weight().numel() > 0 && c.result().numel() > 0, "sizes of " + c);
        must(c.input().dim(0) == c.result().dim(0) && c.weight().dim(0) == c.result().dim(1)
                && c.weight().dim(1) * c.geometry().groups() == c.input().dim(1), "channels of " + c);
        for (int i = 0; i < rank; i++) {
            must(c.geometry().before(i) == c.geometry().after(i) && c.geometry().before(i) >= 0, "padding of " + c);
            must(c.geometry().outputSize(i, c.input().dim(2 + i), c.weight().dim(2 + i)) == c.result().dim(2 + i), "result of " + c);
        }
    }

    /** A convolution by definition. */
    private final class Loops {
        private final Convolution what;
        private final long[] addresses;
        private final Shape[] shapes;
        private final HostMemory[] memories = new HostMemory[3];

        Loops(Convolution what, long... addresses) {
            this.what = what;
            this.addresses = addresses;
            this.shapes = new Shape[] {what.input(), what.weight(), what.result()};
            for (int i = 0; i < 3; i++) {
                must(addresses[i] % 16 == 0, "alignment of operand " + i + " of " + what);
                memories[i] = new HostMemory(what.type(), addresses[i]);
            }
        }

        void touch() {
            for (int i = 0; i < 3; i++) {
                allocated.run(addresses[i], (long) shapes[i].numel() * what.type().bytes());
            }
        }

        private static long place(int[] strides, int a, int b, int[] at, int from) {
            long out = (long) a * strides[0] + (long) b * strides[1];
            for (int i = 2; i < strides.length; i++) {
                out += (long) at[from + i - 2] * strides[i];
            }
            return out;
        }

        void run() {
            int to = what.pass() == Pass.FORWARD ? 2 : what.pass() == Pass.INPUT_GRADIENT ? 0 : 1;
            double[] sums = new double[shapes[to].numel()]; // in the order of memory: all are dense
            int[][] strides = new int[3][];
            for (int i = 0; i < 3; i++) {
                strides[i] = what.format().strides(shapes[i]);
            }
            ConvGeometry g = what.geometry();
            int rank = g.rank();
            int each = what.input().dim(1) / g.groups();
            int filters = what.weight().dim(0) / g.groups();
            int[] out = new int[rank];
            int[] kernel = new int[rank];
            int[] in = new int[rank];
            for (int n = 0; n < what.input().dim(0); n++) {
                for (int o = 0; o < what.weight().dim(0); o++) {
                    for (int c = 0; c < each; c++) {
                        for (boolean more = start(out); more; more = next(out, what.result())) {
                            for (boolean inner = start(kernel); inner; inner = next(kernel, what.weight())) {
                                if (!find(out, kernel, in)) {
                                    continue;
                                }
                                long[] at = {place(strides[0], n, o / filters * each + c, in, 0), place(strides[1], o, c, kernel, 0),
                                    place(strides[2], n, o, out, 0)};
                                sums[(int) at[to]] += memories[(to + 1) % 3].get(at[(to + 1) % 3]) * memories[(to + 2) % 3].get(at[(to + 2) % 3]);
                            }
                        }
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                memories[to].put(i, sums[i]);
            }
        }

        private static boolean start(int[] at) {
            java.util.Arrays.fill(at, 0);
            return true;
        }

        private static boolean next(int[] at, Shape shape) {
            for (int i = at.length - 1; i >= 0; i--) {
                if (++at[i] < shape.dim(2 + i)) {
                    return true;
                }
                at[i] = 0;
            }
            return false;
        }

        private boolean find(int[] out, int[] kernel, int[] in) {
            for (int i = 0; i < in.length; i++) {
                in[i] = out[i] * what.geometry().stride(i) - what.geometry().before(i) + kernel[i] * what.geometry().dilation(i);
                if (in[i] < 0 || in[i] >= what.input().dim(2 + i)) {
                    return false;
                }
            }
            return true;
        }

        void finish(long bias, long residual) {
            must(bias % 16 == 0 && residual % 16 == 0, "alignment");
            int filters = what.result().dim(1);
            allocated.run(bias, (long) filters * what.type().bytes());
            HostMemory added = new HostMemory(what.type(), bias);
            HostMemory more = residual == 0 ? null : new HostMemory(what.type(), residual);
            if (residual != 0) {
                allocated.run(residual, (long) what.result().numel() * what.type().bytes());
            }
            int plane = what.result().numel() / what.result().dim(0) / filters;
            for (int i = 0; i < what.result().numel(); i++) {
                int channel = what.format() == MemoryFormat.CHANNELS_LAST ? i % filters : i / plane % filters;
                double v = memories[2].get(i) + added.get(channel) + (more == null ? 0 : more.get(i));
                memories[2].put(i, v < 0 ? 0 : v);
            }
        }
    }
}
