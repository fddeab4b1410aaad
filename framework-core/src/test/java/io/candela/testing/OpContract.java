package io.candela.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.autograd.GraphException;
import io.candela.backend.Backends;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What every op promises, checked for each row of a table: PyTorch's values, types and gradients on every device; gradients and second
 * derivatives equal to differences; any strides; no graph without gradients; forms in place; agreement with ND4J; messages.
 */
public final class OpContract {
    /** The largest operands for which each arrangement in memory is tried. */
    private static final int SMALL = 300;
    /** Around the blocks of heap arrays, the smallest work for oneDNN, the chunks that threads share, and a number that nothing divides. */
    private static final int[] LARGE = {1023, 1024, 1025, 32 << 10, (64 << 10) - 1, (64 << 10) + 1, 200_003};

    private OpContract() {}

    /** Tests of all rows; rows and golden rows must have the same names. */
    public static Stream<DynamicNode> tests(Golden golden, List<OpCase> rows) {
        List<DynamicNode> out = new ArrayList<>();
        out.add(DynamicTest.dynamicTest("every golden row has its op, " + golden.header(), () -> {
            Set<String> names = new LinkedHashSet<>();
            rows.forEach(r -> assertTrue(names.add(r.name), () -> "twice: " + r.name));
            Set<String> missing = new LinkedHashSet<>(golden.rows().keySet());
            missing.removeAll(names);
            names.removeAll(golden.rows().keySet());
            assertEquals("[] []", missing + " " + names, "rows that only the golden file, or only the table has");
        }));
        EachBackend.missing().forEach(out::add);
        for (OpCase row : EachBackend.sample(rows)) {
            List<Golden.Case> cases = golden.rows().getOrDefault(row.name, List.of());
            out.add(DynamicContainer.dynamicContainer(row.name, aspects(row, cases)));
        }
        return out.stream();
    }

    /** Tests that every bit of every result of these types is PyTorch's; the sign of 0 only where the row promises it. */
    public static Stream<DynamicNode> exact(Golden golden, List<OpCase> rows, Predicate<DType> types) {
        List<DynamicNode> out = new ArrayList<>();
        for (OpCase row : EachBackend.isTested(Device.CPU) ? rows : List.<OpCase>of()) {
            add(out, row.name, golden.rows().getOrDefault(row.name, List.of()), c -> !c.refused(), c -> {
                Tensor[] results = Autograd.noGrad(() -> row.forward.apply(operands(c, Device.CPU, Tensor::clone)));
                for (int i = 0; i < results.length; i++) {
                    if (!types.test(c.results().get(i).dtype())) {
                        continue;
                    }
                    UnaryOperator<Tensor> zeros = row.zeroSigns ? x -> x : x -> x.maskedFill(x.eq(0), 0);
                    Close.assertExact(c + ": result " + i, zeros.apply(c.results().get(i)), zeros.apply(results[i]));
                }
            });
        }
        return out.stream();
    }

    private static Stream<DynamicNode> aspects(OpCase row, List<Golden.Case> cases) {
        List<DynamicNode> out = new ArrayList<>();
        for (Device device : EachBackend.usable()) {
            if (row.factory && !device.equals(Device.CPU)) {
                continue;
            }
            add(out, "PyTorch's results on " + device, cases, c -> true, c -> matchesGolden(row, c, device));
            add(out, "strides on " + device, cases, c -> !c.refused() && c.size() <= SMALL, c -> anyStrides(row, c, device));
            if (row.pointwise) {
                add(out, "large on " + device, cases, c -> c.tag().equals("f32 257") || c.tag().equals("f32 [257] [257]") || c.is("corner"),
                        c -> large(row, c, device));
            }
            if (row.inPlace != null) {
                add(out, "in place on " + device, cases, c -> !c.refused(), c -> inPlace(row, c, device));
            }
            if (!device.equals(Device.CPU)) {
                add(out, "operands on cpu and " + device, cases, c -> !c.refused() && c.inputs().size() > 1 && c.size() <= SMALL, c -> mixed(row, c, device));
            }
        }
        if (!EachBackend.isTested(Device.CPU)) {
            return out.stream(); // the rest depends on no device's kernels
        }
        if (row.checked) {
            Predicate<Golden.Case> check = c -> c.is("check") && c.gradients().stream().anyMatch(g -> g != null);
            add(out, "gradients", cases, check, c -> GradCheck.check(c, function(row, c), varied(c)));
            add(out, "second derivatives", cases, check, c -> GradCheck.checkSecond(c, function(row, c), varied(c)));
        }
        add(out, "no graph", cases, c -> !c.refused() && c.size() <= SMALL, c -> noGraph(row, c));
        if (row.nd4j != null) {
            add(out, "ND4J", cases, c -> (c.is("f32") || c.is("check")) && c.size() > 1 && c.inputs().stream().allMatch(x -> x.dim() > 0), c -> agreesWithNd4j(row, c));
        }
        for (OpCase.Rejection r : row.rejections) {
            out.add(DynamicTest.dynamicTest(r.message(), () -> assertEquals(r.message(), assertThrows(r.type(), r.call()::get).getMessage())));
        }
        return out.stream();
    }

    /** The operands that have a gradient. */
    private static List<Tensor> varied(Golden.Case c) {
        return IntStream.range(0, c.inputs().size()).filter(i -> c.gradients().get(i) != null).mapToObj(c.inputs()::get).toList();
    }

    /** The op as a function of those operands alone. */
    private static Function<Tensor[], Tensor[]> function(OpCase row, Golden.Case c) {
        return varied -> {
            Tensor[] all = c.inputs().toArray(Tensor[]::new);
            for (int i = 0, next = 0; i < all.length; i++) {
                if (c.gradients().get(i) != null) {
                    all[i] = varied[next++];
                }
            }
            return row.forward.apply(all);
        };
    }

    private static void add(List<DynamicNode> out, String name, List<Golden.Case> cases, Predicate<Golden.Case> filter, Consumer<Golden.Case> test) {
        if (cases.stream().anyMatch(filter)) {
            out.add(DynamicTest.dynamicTest(name, () -> each(cases, filter, test)));
        }
    }

    /** All failures of a row together: which operands fail says more than that some do. */
    private static void each(List<Golden.Case> cases, Predicate<Golden.Case> filter, Consumer<Golden.Case> test) {
        List<Throwable> failures = new ArrayList<>();
        for (Golden.Case c : cases) {
            if (filter.test(c)) {
                try {
                    test.accept(c);
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e instanceof AssertionError ? e : new AssertionError(c + ": " + e, e));
                }
            }
        }
        if (!failures.isEmpty()) {
            StringBuilder message = new StringBuilder(failures.size() + " failed");
            failures.stream().limit(12).forEach(f -> message.append("\n  ").append(f.getMessage()));
            AssertionError all = new AssertionError(message.toString());
            failures.forEach(all::addSuppressed);
            throw all;
        }
    }

    /** Results and gradients of one call. */
    private record Outcome(Tensor[] results, Tensor[] gradients) {
        static Outcome of(OpCase row, Tensor... operands) {
            Tensor[] results = row.forward.apply(operands);
            for (int k = 0; k < results.length; k++) {
                if (results[k].requiresGrad()) {
                    results[k].backward(GradCheck.upstream(results[k], k), true, false);
                }
            }
            return new Outcome(results, Stream.of(operands).map(Tensor::grad).toArray(Tensor[]::new));
        }

        void assertClose(Object what, Outcome other, double slack) {
            for (int i = 0; i < results.length; i++) {
                Close.assertClose(what + ": result " + i, results[i], other.results[i], slack);
            }
            for (int i = 0; i < gradients.length; i++) {
                if (gradients[i] != null) {
                    Close.assertClose(what + ": gradient " + i, gradients[i], other.gradients[i], slack);
                }
            }
        }
    }

    /** Leaves with the operands' elements; those for which PyTorch gave a gradient ask for one. */
    private static Tensor[] operands(Golden.Case c, Device device, UnaryOperator<Tensor> arrange) {
        Tensor[] out = new Tensor[c.inputs().size()];
        for (int i = 0; i < out.length; i++) {
            Tensor x = c.inputs().get(i).to(device);
            Tensor arranged = arrange.apply(x).detach();
            out[i] = arranged == x ? x.clone() : arranged;
            if (i < c.gradients().size() && c.gradients().get(i) != null) {
                out[i].setRequiresGrad(true);
            }
        }
        return out;
    }

    private static void matchesGolden(OpCase row, Golden.Case c, Device device) {
        Tensor[] operands = operands(c, device, Tensor::clone);
        if (c.refused()) {
            assertRefused(row, c, device, operands);
            return;
        }
        Outcome found = Outcome.of(row, operands);
        assertEquals(c.results().size(), found.results.length, c::toString);
        for (int i = 0; i < found.results.length; i++) {
            assertEquals(device, found.results[i].device(), c::toString);
            Tensor result = found.results[i].detach().to(Device.CPU);
            Close.assertClose(c + ": result " + i, c.results().get(i), result, row.slack);
            if (c.is("corner") && row.zeroSigns) {
                assertSameZeros(c + ": result " + i, c.results().get(i), result);
            }
            Tensor there = found.results[i];
            assertEquals(row.view, row.view && there.storage() == operands[0].storage(), c::toString);
            if (!row.view && !row.loose) {
                assertTrue(there.isContiguous(), () -> c + ": the result of contiguous operands is not contiguous: " + result.shape());
            }
        }
        for (int i = 0; i < operands.length; i++) {
            Close.assertExact(c + ": operand " + i + " afterwards", c.inputs().get(i), operands[i].detach().to(Device.CPU));
            Tensor expected = c.gradients().get(i);
            if (expected == null) {
                assertNull(operands[i].grad(), c::toString);
            } else {
                assertNotNull(found.gradients[i], () -> c + ": no gradient");
                Close.assertClose(c + ": gradient of operand " + i, expected, found.gradients[i].to(Device.CPU), row.slack);
            }
        }
        for (Tensor r : found.results) {
            assertFalse(r.requiresGrad() && !r.dtype().isFloating(), () -> c + ": requires a gradient, but is " + r.dtype());
        }
    }

    /** By the same exception everywhere, and nothing has changed. */
    private static void assertRefused(OpCase row, Golden.Case c, Device device, Tensor[] operands) {
        Throwable t = assertThrows(RuntimeException.class, () -> {
            row.forward.apply(operands);
            Backends.of(device).synchronize(); // of indices a GPU tells when it is waited for
        }, c::toString);
        assertTrue(t instanceof IllegalArgumentException || t instanceof ArithmeticException, () -> c + ": " + t);
        if (!device.equals(Device.CPU)) {
            Tensor[] host = operands(c, Device.CPU, Tensor::clone);
            assertEquals(assertThrows(RuntimeException.class, () -> row.forward.apply(host)).getClass(), t.getClass(), c::toString);
        }
        for (int i = 0; i < operands.length; i++) {
            Close.assertExact(c + ": operand " + i + " after it was refused", c.inputs().get(i), operands[i].detach().to(Device.CPU));
            assertEquals(0, operands[i].storage().version(), () -> c + ": the version of an operand after it was refused");
        }
    }

    private static void assertSameZeros(String what, Tensor expected, Tensor actual) {
        double[] e = expected.toDoubleArray();
        double[] a = actual.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            int at = i;
            if (e[i] == 0 && a[i] == 0) {
                assertEquals(1 / e[i], 1 / a[i], () -> what + ": sign of zero at " + at);
            }
        }
    }

    // ---- strides ----

    private static final Map<String, UnaryOperator<Tensor>> ARRANGEMENTS = new LinkedHashMap<>();

    static {
        ARRANGEMENTS.put("transposed", x -> x.dim() < 2 ? x : x.transpose(0, -1).contiguous().transpose(0, -1));
        ARRANGEMENTS.put("offset", x -> {
            Tensor room = Tensor.full(Shape.of(x.numel() + 8), 99, x.dtype(), x.device());
            return room.narrow(0, 3, x.numel()).copyFrom(x.flatten()).view(x.shape().toArray());
        });
        ARRANGEMENTS.put("strided", x -> {
            Tensor room = Tensor.full(x.shape().append(2), 77, x.dtype(), x.device());
            return room.select(-1, 1).copyFrom(x);
        });
        ARRANGEMENTS.put("backwards", x -> {
            int[] dims = new int[x.dim()];
            int[] strides = new int[x.dim()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = i;
                strides[i] = -x.shape().contiguousStrides()[i];
            }
            return x.numel() == 0 ? x : Tensor.over(x.flip(dims).storage(), x.dtype(), x.shape(), strides, x.numel() - 1);
        });
    }

    /** Ways to lay a tensor out in memory, by name; each gives a tensor with the same elements. */
    public static Map<String, UnaryOperator<Tensor>> arrangements() {
        return Collections.unmodifiableMap(ARRANGEMENTS);
    }

    private static void anyStrides(OpCase row, Golden.Case c, Device device) {
        if (row.name.equals("view")) {
            return; // refuses what needs a copy
        }
        Outcome plain = Outcome.of(row, operands(c, device, Tensor::clone));
        ARRANGEMENTS.forEach((name, arrange) -> {
            Tensor[] operands = operands(c, device, arrange);
            plain.assertClose(c + ", all operands " + name, Outcome.of(row, operands), row.slack);
            if (operands.length > 1) {
                Tensor[] mixed = operands(c, device, Tensor::clone);
                mixed[0] = operands(c, device, arrange)[0];
                plain.assertClose(c + ", first operand " + name, Outcome.of(row, mixed), row.slack);
            }
        });
        if (row.expanded && c.inputs().stream().allMatch(x -> x.dim() > 0 && x.size(0) > 0)) {
            UnaryOperator<Tensor> expand = x -> x.narrow(0, 0, 1).expand(x.shape().toArray());
            Outcome copied = Outcome.of(row, operands(c, device, x -> expand.apply(x).clone()));
            copied.assertClose(c + ", all operands expanded", Outcome.of(row, operands(c, device, expand)), row.slack);
        }
    }

    /** With one operand apart from the others the op refuses, or moves it and is right. */
    private static void mixed(OpCase row, Golden.Case c, Device device) {
        for (int apart = 0; apart < c.inputs().size(); apart++) {
            for (boolean there : new boolean[] {true, false}) {
                Tensor[] operands = new Tensor[c.inputs().size()];
                for (int i = 0; i < operands.length; i++) {
                    operands[i] = c.inputs().get(i).to(there == (i == apart) ? device : Device.CPU);
                }
                Tensor[] results;
                try {
                    results = Autograd.noGrad(() -> row.forward.apply(operands));
                } catch (DeviceException e) {
                    assertTrue(e.getMessage().contains(" on cpu") && e.getMessage().contains(" on " + device), e::getMessage);
                    continue;
                }
                for (int i = 0; i < results.length; i++) {
                    Close.assertClose(c + ": operand " + apart + " on another device: result " + i, c.results().get(i), results[i], row.slack);
                }
            }
        }
    }

    private static void noGraph(OpCase row, Golden.Case c) {
        Tensor[] operands = operands(c, Device.CPU, Tensor::clone);
        Tensor[] recorded = row.forward.apply(operands);
        Tensor[] results = Autograd.noGrad(() -> row.forward.apply(operands));
        for (int i = 0; i < results.length; i++) {
            Close.assertExact(c, recorded[i], results[i]);
            boolean same = Stream.of(operands).toList().contains(results[i]);
            assertTrue(same || !results[i].requiresGrad() && results[i].isLeaf(), () -> c + ": recorded inside noGrad");
        }
    }

    // ---- large ----

    private static void large(OpCase row, Golden.Case c, Device device) {
        for (int n : LARGE) {
            Tensor[] operands = operands(c, device, x -> tiled(x, n));
            Tensor[] results = row.forward.apply(operands);
            for (int k = 0; k < results.length; k++) {
                Close.assertClose(c + " repeated to " + n, tiled(c.results().get(k), n), results[k], row.slack);
                if (c.is("corner") && row.zeroSigns) {
                    assertSameZeros(c + " repeated to " + n, tiled(c.results().get(k), n), results[k].detach());
                }
                if (results[k].requiresGrad()) {
                    results[k].backward(tiled(GradCheck.upstream(c.results().get(k), k), n).to(device));
                }
            }
            for (int i = 0; i < operands.length; i++) {
                if (c.gradients().get(i) != null) {
                    Close.assertClose(c + " repeated to " + n + ": gradient " + i, tiled(c.gradients().get(i), n), operands[i].grad(), row.slack);
                }
            }
        }
    }

    /** Elements repeated until there are {@code n}; in an odd number of rows, so that some loops end in the middle of one. */
    private static Tensor tiled(Tensor x, int n) {
        return x.repeat(n / x.numel() + 1).narrow(0, 0, n).clone();
    }

    // ---- in place ----

    private static void inPlace(OpCase row, Golden.Case c, Device device) {
        Tensor first = c.inputs().get(0).to(device);
        Tensor expected = c.results().get(0);
        Tensor[] operands = operands(c, device, Tensor::clone);
        operands[0] = first.clone();
        if (!expected.shape().equals(first.shape()) || kind(expected.dtype()) > kind(first.dtype())) {
            assertThrows(IllegalArgumentException.class, () -> Autograd.noGrad(() -> row.inPlace.apply(operands)), () -> c + " in place");
            Close.assertExact(c + " refused in place", first, operands[0]);
            return;
        }
        int version = operands[0].storage().version();
        Autograd.noGrad(() -> assertSame(operands[0], row.inPlace.apply(operands), () -> c + " in place: another tensor"));
        assertEquals(version + 1, operands[0].storage().version(), () -> c + " in place: version");
        Close.assertClose(c + " in place", expected.to(first.dtype()), operands[0], row.slack);

        Tensor room = Tensor.full(first.shape().append(3), 7, first.dtype(), device);
        operands[0] = room.select(-1, 1).copyFrom(first);
        Autograd.noGrad(() -> row.inPlace.apply(operands));
        Close.assertClose(c + " in place, strided", expected.to(first.dtype()), room.select(-1, 1), row.slack);
        Tensor seven = Tensor.full(Shape.SCALAR, 7, first.dtype(), device);
        assertTrue(room.select(-1, 0).eq(seven).all().item() == 1 && room.select(-1, 2).eq(seven).all().item() == 1,
                () -> c + ": wrote between elements");

        boolean anyGradient = c.gradients().stream().anyMatch(g -> g != null);
        if (!anyGradient || !first.dtype().isFloating()) {
            return;
        }
        Tensor[] leaves = operands(c, device, Tensor::clone);
        Tensor[] recorded = leaves.clone();
        recorded[0] = leaves[0].clone();
        Tensor result = row.inPlace.apply(recorded);
        result.backward(GradCheck.upstream(result, 0));
        for (int i = 0; i < leaves.length; i++) {
            if (c.gradients().get(i) != null) {
                Close.assertClose(c + " in place: gradient " + i, c.gradients().get(i), leaves[i].grad(), row.slack);
            }
        }
        if (leaves[0].requiresGrad()) {
            assertThrows(GraphException.class, () -> row.inPlace.apply(leaves), () -> c + ": a leaf was changed in place");
        }
    }

    private static int kind(DType t) {
        return t.isFloating() ? 2 : t.isIntegral() ? 1 : 0;
    }

    // ---- ND4J ----

    private static void agreesWithNd4j(OpCase row, Golden.Case c) {
        INDArray[] arrays = c.inputs().stream().map(x -> x.clone().toNd4j()).toArray(INDArray[]::new);
        Tensor theirs = Tensor.of(row.nd4j.apply(arrays)).contiguous();
        Tensor ours = row.forward.apply(operands(c, Device.CPU, Tensor::clone))[0].detach();
        double tolerance = row.slack * (ours.dtype() == DType.FLOAT64 ? 1e-10 : 1e-5);
        Close.assertCloseValues(c + ": ND4J", theirs.view(ours.shape().toArray()).to(ours.dtype()), ours, tolerance);
    }
}
