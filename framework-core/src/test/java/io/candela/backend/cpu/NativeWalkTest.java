package io.candela.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.backend.BinaryKernel;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loops in C against those in Java, over operands that lie in every way. */
class NativeWalkTest {
    private static final int ROWS = 31;
    private static final int COLUMNS = 33;
    private static final float[] CORNERS = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, 1, -1,
        0.5f, -0.5f, 1.5f, -2.5f, 3, -3, 20.5f, 0x1p22f, -0x1p22f, 0x1p31f, -0x1p31f, 0x1p63f, 300, 65519, 65520, -65536, 1e-8f, 6e-5f, 88.6f, 88.8f, -87.5f, -103.9f,
        -110, 128, -149, 8193, 1e5f, 1e30f, Float.MAX_VALUE, -Float.MAX_VALUE};

    /** Whose zeros have either sign where operands differ in it; of GELU, Java's −0 becomes 0. */
    private static final Set<String> ANY_ZERO = Set.of("MAXIMUM", "MINIMUM", "FMAX", "FMIN", "GELU");

    private final Random random = new Random(3);

    @BeforeAll
    static void needsTheLibrary() {
        assumeTrue(NativeKernels.find("NEG") != 0, "no loops in C here");
    }

    private Tensor numbers(int... dims) {
        float[] x = new float[Shape.of(dims).numel()];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 5 == 0 ? CORNERS[random.nextInt(CORNERS.length)] : (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
        }
        return Tensor.of(x, dims);
    }

    /** Operands of one shape with different strides. */
    private List<UnaryOperator<Tensor>> layouts() {
        return List.of(x -> x, x -> x.t().contiguous().t(), x -> Tensor.cat(1, x, x).slice(1, 0, COLUMNS, 1),
            x -> Tensor.stack(2, x, x).slice(2, 1, 2, 1).reshape(ROWS, COLUMNS, 1).squeeze(2), x -> x.slice(1, 3, 4, 1).expand(ROWS, COLUMNS),
            x -> x.slice(0, 3, 4, 1).expand(ROWS, COLUMNS), x -> x.slice(0, 3, 4, 1).slice(1, 3, 4, 1).expand(ROWS, COLUMNS));
    }

    private static Tensor empty(DType type) {
        return Tensor.empty(Shape.of(ROWS, COLUMNS), type, Device.CPU);
    }

    private static void same(String what, float[] wanted, float[] got, double ulps, float[]... operands) {
        for (int i = 0; i < wanted.length; i++) {
            float w = wanted[i];
            int at = i;
            if (Float.floatToIntBits(w) != Float.floatToIntBits(got[i]) && (w == got[i] && !ANY_ZERO.contains(what) || !(Math.abs((double) w - got[i]) <= ulps * Math.ulp(w)))) { // zeros differ by sign
                assertEquals(w, got[i], what + " of " + Stream.of(operands).map(x -> Float.toString(x[at])).collect(Collectors.joining(", ")));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(UnaryKernel.class)
    void functionsOfOneOperand(UnaryKernel kernel) {
        assumeTrue(NativeKernels.find(kernel.name()) != 0);
        try (var scope = TensorScope.open()) {
            for (UnaryOperator<Tensor> layout : layouts()) {
                Tensor x = layout.apply(numbers(ROWS, COLUMNS));
                float[] a = x.toFloatArray();
                float[] wanted = new float[a.length];
                FloatLoops.unary(kernel, a, wanted, a.length);
                Tensor out = empty(DType.FLOAT32);
                assertTrue(NativeWalk.unary(kernel, x, out));
                same(kernel.name(), wanted, out.toFloatArray(), ulps(kernel), a);
                Tensor inPlace = x.contiguous().clone();
                assertTrue(NativeWalk.unary(kernel, inPlace, inPlace));
                assertArrayEquals(out.toFloatArray(), inPlace.toFloatArray(), kernel + " in place");
            }
        }
    }

    private static double ulps(UnaryKernel kernel) {
        return kernel == UnaryKernel.GELU ? 256 : NativeWalk.isFunction(kernel) ? 8 : 0; // far out both have many units in tiny results
    }

    @ParameterizedTest
    @EnumSource(BinaryKernel.class)
    void functionsOfTwoOperands(BinaryKernel kernel) {
        assumeTrue(NativeKernels.find(kernel.name()) != 0);
        try (var scope = TensorScope.open()) {
            List<UnaryOperator<Tensor>> layouts = layouts();
            for (int i = 0; i < layouts.size(); i++) {
                for (int j = 0; j < layouts.size(); j++) {
                    Tensor x = layouts.get(i).apply(numbers(ROWS, COLUMNS));
                    Tensor y = layouts.get(j).apply(numbers(ROWS, COLUMNS));
                    float[] b = y.toFloatArray();
                    Tensor out = empty(kernel.isPredicate() ? DType.BOOL : DType.FLOAT32);
                    assertTrue(NativeWalk.binary(kernel, x, y, out));
                    check(kernel, x, b, out);
                }
                Tensor x = layouts.get(i).apply(numbers(ROWS, COLUMNS));
                for (float number : CORNERS) {
                    Tensor out = empty(kernel.isPredicate() ? DType.BOOL : DType.FLOAT32);
                    if (kernel != BinaryKernel.POW) { // which has ways of its own for some numbers
                        assertTrue(NativeWalk.withNumber(kernel, x, number, out));
                        float[] b = new float[x.numel()];
                        Arrays.fill(b, number);
                        check(kernel, x, b, out);
                    }
                }
            }
            if (!kernel.isPredicate()) {
                Tensor x = numbers(ROWS, COLUMNS);
                Tensor y = numbers(ROWS, COLUMNS);
                Tensor out = empty(DType.FLOAT32);
                assertTrue(NativeWalk.binary(kernel, x, y, out));
                Tensor first = x.clone();
                assertTrue(NativeWalk.binary(kernel, first, y, first));
                assertArrayEquals(out.toFloatArray(), first.toFloatArray(), kernel + " in place of the first");
                assertTrue(NativeWalk.binary(kernel, x, y, y));
                assertArrayEquals(out.toFloatArray(), y.toFloatArray(), kernel + " in place of the second");
            }
        }
    }

    private static void check(BinaryKernel kernel, Tensor x, float[] b, Tensor out) {
        float[] a = x.toFloatArray();
        if (kernel.isPredicate()) {
            byte[] wanted = new byte[a.length];
            FloatLoops.predicate(kernel, a, b, wanted, a.length);
            float[] got = out.to(DType.FLOAT32).toFloatArray();
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(wanted[i], got[i], kernel + " of " + a[i] + ", " + b[i]);
            }
            return;
        }
        float[] wanted = new float[a.length];
        FloatLoops.binary(kernel, a, b, wanted, a.length);
        float[] got = out.toFloatArray();
        for (int i = 0; i < got.length; i++) {
            double scale = switch (kernel) { // of sums whose parts may cancel
                case LOGADDEXP, LOGADDEXP2 -> Math.max(Math.abs(a[i]), Math.abs(b[i]));
                case GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> a[i];
                case MISH_GRAD -> 16 * a[i];
                default -> 0;
            };
            got[i] = Math.abs(got[i] - wanted[i]) <= 4 * Math.ulp((float) scale) && scale != 0 ? wanted[i] : got[i];
        }
        same(kernel.name(), wanted, got, NativeWalk.isFunction(kernel) ? 8 : 0, a, b);
    }

    @ParameterizedTest
    @EnumSource(TernaryKernel.class)
    void functionsOfThreeOperands(TernaryKernel kernel) {
        try (var scope = TensorScope.open()) {
            for (UnaryOperator<Tensor> first : layouts()) {
                for (UnaryOperator<Tensor> others : layouts()) {
                    Tensor x = first.apply(numbers(ROWS, COLUMNS));
                    Tensor y = others.apply(numbers(ROWS, COLUMNS));
                    Tensor z = first.apply(numbers(ROWS, COLUMNS));
                    Tensor condition = kernel == TernaryKernel.WHERE ? first.apply(numbers(ROWS, COLUMNS).gt(0)) : x;
                    Tensor out = empty(DType.FLOAT32);
                    assertTrue(NativeWalk.ternary(kernel, condition, y, z, 1.5, out));
                    float[] a = condition.to(DType.FLOAT32).toFloatArray();
                    float[] b = y.toFloatArray();
                    float[] c = z.toFloatArray();
                    float[] wanted = new float[a.length];
                    for (int i = 0; i < wanted.length; i++) {
                        wanted[i] = switch (kernel) {
                            case WHERE -> a[i] != 0 ? b[i] : c[i];
                            case ADDCMUL -> a[i] + 1.5f * b[i] * c[i];
                            case ADDCDIV -> a[i] + 1.5f * b[i] / c[i];
                        };
                    }
                    same(kernel.name(), wanted, out.toFloatArray(), 0, a, b, c);
                }
            }
        }
    }

    /** Bit for bit, but for what NaN looks like in a half type. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void conversions(DType from) {
        try (var scope = TensorScope.open()) {
            for (UnaryOperator<Tensor> layout : layouts()) {
                Tensor x = layout.apply(javaCopy(numbers(ROWS, COLUMNS), from));
                for (DType to : DType.values()) {
                    if (to != from && (NativeKernels.find(from.name() + "_TO_" + to.name()) != 0 || from == DType.FLOAT32 || to == DType.FLOAT32)) {
                        Tensor got = empty(to);
                        assertTrue(NativeWalk.convert(x, got), from + " to " + to);
                        Tensor wanted = javaCopy(x, to);
                        assertArrayEquals(wanted.to(DType.FLOAT64).toDoubleArray(), got.to(DType.FLOAT64).toDoubleArray(), from + " to " + to);
                    }
                }
            }
        }
    }

    private static Tensor javaCopy(Tensor x, DType to) {
        Tensor out = Tensor.empty(x.shape(), to, Device.CPU);
        for (int i = 0; i < ROWS; i++) { // of so few elements that they stay in Java
            new PointwiseCpu().copy(x.slice(0, i, i + 1, 1), out.slice(0, i, i + 1, 1));
        }
        return out;
    }

    @Test
    void everyNameInTheListsIsKnown() throws IOException {
        Set<String> known = new HashSet<>(List.of("CLAMP", "CUBE", "INVERSE_SQUARE"));
        for (Enum<?>[] kernels : List.<Enum<?>[]>of(UnaryKernel.values(), BinaryKernel.values(), TernaryKernel.values())) {
            Stream.of(kernels).map(Enum::name).forEach(known::add);
        }
        Pattern row = Pattern.compile("ROW\\(([A-Z0-9_]+),|\\{\"([A-Z0-9_]+)\",");
        List<String> unknown = new ArrayList<>();
        int found = 0;
        for (String file : List.of("pointwise.c", "functions.c")) {
            Matcher names = row.matcher(Files.readString(Path.of("src/main/c", file)));
            while (names.find()) {
                found++;
                String name = names.group(1) != null ? names.group(1) : names.group(2);
                if (!known.contains(name)) {
                    unknown.add(name);
                }
            }
        }
        assertTrue(found > 80, found + " rows");
        assertEquals(List.of(), unknown);
    }
}
