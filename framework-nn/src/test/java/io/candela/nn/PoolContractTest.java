package io.candela.nn;

import static io.candela.testing.OpCase.naryMany;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.tensor.ValuesAndIndices;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Poolings go through what {@link OpContract} asks of ops; {@code tools/golden/spatial.py} has their operands. */
class PoolContractTest {
    private static final double SUMS = 4;

    /** The windows of the golden file, by name. */
    private record Window(int[] kernel, MaxPoolOptions max, AvgPoolOptions avg) {
        static Window of(int kernel, int stride, int padding, boolean ceilMode) {
            return new Window(new int[] {kernel}, MaxPool2d.options().withStride(stride).withPadding(padding).withCeilMode(ceilMode),
                    AvgPool2d.options().withStride(stride).withPadding(padding).withCeilMode(ceilMode));
        }

        static Window uneven(int[] kernel, int[] stride, int... padding) {
            return new Window(kernel, MaxPool2d.options().withStride(stride).withPadding(padding), AvgPool2d.options().withStride(stride).withPadding(padding));
        }
    }

    private static Map<String, Window> windows(int n) {
        Map<String, Window> out = new LinkedHashMap<>();
        out.put("2", new Window(new int[] {2}, MaxPool2d.options(), AvgPool2d.options()));
        out.put("3s2p1", Window.of(3, 2, 1, false));
        out.put("3s1", Window.of(3, 1, 0, false));
        out.put("2ceil", Window.of(2, 2, 0, true));
        out.put("3s2p1ceil", Window.of(3, 2, 1, true));
        out.put("2s3", Window.of(2, 3, 0, false));
        out.put("uneven", switch (n) {
            case 1 -> Window.uneven(new int[] {4}, new int[] {3}, 2);
            case 2 -> Window.uneven(new int[] {2, 3}, new int[] {1, 2}, 0, 1);
            default -> Window.uneven(new int[] {2, 3, 1}, new int[] {1, 2, 2}, 1, 1, 0);
        });
        return out;
    }

    private static Layer maxPool(int n, int[] kernel, MaxPoolOptions options) {
        return switch (n) {
            case 1 -> new MaxPool1d(kernel, options);
            case 2 -> new MaxPool2d(kernel, options);
            default -> new MaxPool3d(kernel, options);
        };
    }

    private static ValuesAndIndices withIndices(Layer layer, Tensor x) {
        return layer instanceof MaxPoolLayer m ? m.forwardWithIndices(x)
                : layer instanceof AdaptiveMaxPoolLayer a ? a.forwardWithIndices(x) : ((FractionalMaxPoolLayer) layer).forwardWithIndices(x);
    }

    private static OpCase picking(String name, Layer layer) {
        return OpCase.many(name, x -> {
            ValuesAndIndices out = withIndices(layer, x);
            return new Tensor[] {out.values(), out.indices()};
        }).anyZero();
    }

    private static Layer avgPool(int n, int[] kernel, AvgPoolOptions options) {
        return switch (n) {
            case 1 -> new AvgPool1d(kernel, options);
            case 2 -> new AvgPool2d(kernel, options);
            default -> new AvgPool3d(kernel, options);
        };
    }

    private static List<OpCase> rows() {
        List<OpCase> rows = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            max(rows, n);
            average(rows, n);
            adaptive(rows, n);
            unpool(rows, n);
        }
        mistakes(rows.get(0));
        return rows;
    }

    private static void max(List<OpCase> rows, int n) {
        windows(n).forEach((name, w) -> rows.add(picking("maxPool%dd.%s".formatted(n, name), maxPool(n, w.kernel, w.max))));
        rows.add(picking("maxPool%dd.2d2".formatted(n), maxPool(n, new int[] {2}, MaxPool2d.options().withDilation(2).withStride(1))));
        if (n < 3) {
            rows.add(picking("maxPool%dd.3d2p1s2".formatted(n), maxPool(n, new int[] {3},
                    MaxPool2d.options().withDilation(2).withPadding(1).withStride(2).withCeilMode(true))));
        }
    }

    private static void average(List<OpCase> rows, int n) {
        windows(n).forEach((name, w) -> {
            String row = "avgPool%dd.%s".formatted(n, name);
            rows.add(unary(row, avgPool(n, w.kernel, w.avg)::forward).slack(SUMS));
            rows.add(unary(row + ".valid", avgPool(n, w.kernel, w.avg.withCountIncludePad(false))::forward).slack(SUMS));
            if (n > 1) {
                rows.add(unary(row + ".divisor", avgPool(n, w.kernel, w.avg.withDivisorOverride(-3))::forward).slack(SUMS));
            }
        });
        int p = n;
        rows.add(unary("lpPool%dd.2".formatted(n), x -> lpPool(p, x, 2, 2, null, false)).slack(SUMS));
        rows.add(unary("lpPool%dd.3s2ceil".formatted(n), x -> lpPool(p, x, 2, 3, new int[] {2}, true)).slack(SUMS));
        rows.add(unary("lpPool%dd.p3".formatted(n), x -> lpPool(p, x, 3, 2, new int[] {1}, false)).slack(SUMS));
    }

    private static Tensor lpPool(int n, Tensor x, double p, int kernel, int[] stride, boolean ceilMode) {
        return switch (n) {
            case 1 -> new LPPool1d(p, new int[] {kernel}, stride, ceilMode).forward(x);
            case 2 -> new LPPool2d(p, new int[] {kernel}, stride, ceilMode).forward(x);
            default -> new LPPool3d(p, new int[] {kernel}, stride, ceilMode).forward(x);
        };
    }

    private static void adaptive(List<OpCase> rows, int n) {
        Map<String, Integer[]> sizes = new LinkedHashMap<>();
        for (int size : new int[] {1, 3, 5, 0}) {
            sizes.put(Integer.toString(size), new Integer[] {size});
        }
        if (n > 1) {
            sizes.put("n", new Integer[] {null});
        }
        if (n == 2) {
            sizes.put("nx2", new Integer[] {null, 2});
            sizes.put("4x1", new Integer[] {4, 1});
        } else if (n == 3) {
            sizes.put("2xnx3", new Integer[] {2, null, 3});
        }
        sizes.forEach((name, size) -> {
            Layer average = n == 1 ? new AdaptiveAvgPool1d(size[0]) : n == 2 ? new AdaptiveAvgPool2d(size) : new AdaptiveAvgPool3d(size);
            Layer max = n == 1 ? new AdaptiveMaxPool1d(size[0]) : n == 2 ? new AdaptiveMaxPool2d(size) : new AdaptiveMaxPool3d(size);
            rows.add(unary("adaptiveAvgPool%dd.%s".formatted(n, name), average::forward).slack(SUMS));
            rows.add(picking("adaptiveMaxPool%dd.%s".formatted(n, name), max));
        });
    }

    private static void unpool(List<OpCase> rows, int n) {
        Function<Integer, MaxUnpoolModule> layers = k -> {
            int[] kernel = {k};
            int[] stride = {2};
            int padding = k == 3 ? 1 : 0;
            return n == 1 ? new MaxUnpool1d(kernel, stride, padding) : n == 2 ? new MaxUnpool2d(kernel, stride, padding) : new MaxUnpool3d(kernel, stride, padding);
        };
        rows.add(OpCase.binary("maxUnpool%dd.2.plain".formatted(n), (x, i) -> layers.apply(2).forward(x, i)));
        rows.add(OpCase.binary("maxUnpool%dd.2.sized".formatted(n), (x, i) -> layers.apply(2).forward(x, i, Arrays.copyOf(new int[] {5, 7, 5}, n))));
        rows.add(OpCase.binary("maxUnpool%dd.3.sized".formatted(n), (x, i) -> layers.apply(3).forward(x, i, Arrays.copyOf(new int[] {4, 6, 4}, n)))
                .unchecked()); // windows overlap, and of several values at one place only one counts
        if (n > 1) {
            rows.add(naryMany("fractionalMaxPool%dd".formatted(n), x -> {
                ValuesAndIndices out = n == 2 ? F.fractionalMaxPool2dWithIndices(x[0], new int[] {2}, new int[] {3}, x[1])
                        : F.fractionalMaxPool3dWithIndices(x[0], new int[] {2}, new int[] {3}, x[1]);
                Tensor values = n == 2 ? F.fractionalMaxPool2d(x[0], new int[] {2}, new int[] {3}, x[1])
                        : F.fractionalMaxPool3d(x[0], new int[] {2}, new int[] {3}, x[1]);
                return new Tensor[] {values, out.indices()};
            }));
        }
    }

    private static void mistakes(OpCase row) {
        Tensor image = Tensor.zeros(2, 3, 4, 4);
        MaxPoolOptions options = MaxPool2d.options();
        row.rejects(ShapeException.class, "MaxPool2d: input must be (n, c, h, w) or (c, h, w) with sizes above 0, but for n, got (4, 4)",
                        () -> new MaxPool2d(2).forward(Tensor.zeros(4, 4)))
                .rejects(ShapeException.class, "maxPool2d: input must be (n, c, h, w) or (c, h, w) with sizes above 0, but for n, got (2, 0, 4, 4)",
                        () -> F.maxPool2d(Tensor.zeros(2, 0, 4, 4), 2))
                .rejects(ShapeException.class, "MaxPool2d: the kernel [5, 5] is larger than the padded input (2, 3, 4, 4); use a smaller kernel or more padding",
                        () -> new MaxPool2d(5).forward(image))
                .rejects(ShapeException.class, "MaxPool2d: the kernel [3, 3] with dilation [2, 2] is larger than the padded input (2, 3, 4, 4); use a "
                        + "smaller kernel or more padding", () -> new MaxPool2d(new int[] {3}, options.withDilation(2)).forward(image))
                .rejects(IllegalArgumentException.class, "MaxPool2d: padding must be at most half of the kernel size, got padding [0, 2] for kernel [2, 3]; "
                        + "pad the input first", () -> new MaxPool2d(new int[] {2, 3}, options.withPadding(0, 2)))
                .rejects(IllegalArgumentException.class, "MaxPool2d: stride must be 1 or more, got [0]", () -> new MaxPool2d(2, 0))
                .rejects(IllegalArgumentException.class, "AvgPool3d: kernelSize must have 1 or 3 numbers, got [2, 2]",
                        () -> new AvgPool3d(new int[] {2, 2}, AvgPool3d.options()))
                .rejects(IllegalArgumentException.class, "AvgPool: divisorOverride must not be 0", () -> AvgPool2d.options().withDivisorOverride(0))
                .rejects(DTypeException.class, "avgPool2d: input needs floating point, got int64; convert with to(DType.FLOAT32)",
                        () -> F.avgPool2d(Tensor.zeros(DType.INT64, 1, 2, 2), 2))
                .rejects(ShapeException.class, "MaxPool1d: window 0 of dimension 2 lies in the padding alone, got input (1, 1, 2); use less dilation or padding",
                        () -> new MaxPool1d(new int[] {2}, options.withDilation(3).withPadding(1)).forward(Tensor.zeros(1, 1, 2)))
                .rejects(IllegalArgumentException.class, "AdaptiveAvgPool2d: outputSize must be 0 or more, or null for the input's, got -2",
                        () -> new AdaptiveAvgPool2d(-2))
                .rejects(ShapeException.class, "maxUnpool2d: outputSize [10, 8] does not fit input (3, 4, 4) in dimension 1; use 7 to 9",
                        () -> F.maxUnpool2d(Tensor.zeros(3, 4, 4), Tensor.zeros(DType.INT64, 3, 4, 4), new int[] {2}, null, new int[] {0}, 10, 8))
                .rejects(ShapeException.class, "FractionalMaxPool2d: [4, 4] windows of kernel [2, 2] need more than input (3, 4, 4); use fewer or smaller ones",
                        () -> new FractionalMaxPool2d(new int[] {2}, 4).forward(Tensor.zeros(3, 4, 4)));
    }

    @TestFactory
    Stream<DynamicNode> poolings() {
        return OpContract.tests(Golden.load("/golden/pooling.bin.gz"), rows());
    }
}
