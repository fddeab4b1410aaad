package io.candela.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.io.TensorIO;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.StateDictException;
import io.candela.tensor.Tensor;
import io.candela.tensor.TensorScope;
import io.candela.testing.EachBackend;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against PyTorch's steps; {@code tools/golden/lbfgs.py} has the same function. */
class LBFGSTest {
    private static Tensor[] parameters(DType dtype) {
        return parameters(dtype, Device.CPU);
    }

    private static Tensor[] parameters(DType dtype, Device device) {
        return Stream.of(Tensor.of(new double[] {2, -1.5, 3}), Tensor.of(new double[] {0.5, -2, 1, 4}, 2, 2))
                .map(t -> t.to(dtype).to(device).clone().setRequiresGrad(true)).toArray(Tensor[]::new);
    }

    private static Supplier<Tensor> closure(Optimizer optimizer, Tensor... p) {
        DType dtype = p[0].dtype();
        Tensor center = Tensor.of(new double[] {-1, 0, 1, -1, 0, 1, -1}).to(dtype).to(p[0].device());
        Tensor weight = Tensor.of(new double[] {0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75}).to(dtype).to(p[0].device());
        return () -> {
            optimizer.zeroGrad();
            Tensor x = Tensor.cat(0, p[0], p[1].reshape(-1));
            Tensor quartic = x.sub(center).square().square().mul(0.25);
            Tensor loss = quartic.add(weight.mul(x).mul(x)).sum().add(x.narrow(0, 1, 6).mul(x.narrow(0, 0, 6)).sum().mul(0.3));
            loss.backward();
            return loss;
        };
    }

    private static LBFGS.Options options(String[] words) {
        LBFGS.Options options = LBFGS.options();
        for (String word : words) {
            String value = word.substring(word.indexOf('=') + 1);
            options = switch (word.substring(0, word.indexOf('='))) {
                case "lr" -> options.lr(Double.parseDouble(value));
                case "max_iter" -> options.maxIter(Integer.parseInt(value));
                case "max_eval" -> options.maxEval(Integer.parseInt(value));
                case "history_size" -> options.historySize(Integer.parseInt(value));
                case "tolerance_grad" -> options.toleranceGrad(Double.parseDouble(value));
                case "tolerance_change" -> options.toleranceChange(Double.parseDouble(value));
                default -> options.lineSearchFn(value);
            };
        }
        return options;
    }

    @TestFactory
    Stream<DynamicTest> stepsArePyTorchs() throws IOException {
        Map<String, List<String>> cases = new LinkedHashMap<>();
        List<String> current = null;
        for (String line : GoldenStepsTest.lines("lbfgs.txt")) {
            if (line.startsWith("case ")) {
                current = cases.computeIfAbsent(line.substring(5), title -> new ArrayList<>());
            } else {
                current.add(line);
            }
        }
        return EachBackend.rows(List.copyOf(cases.keySet()), c -> c, (c, device) -> compare(c.split(" "), cases.get(c), device));
    }

    private static void compare(String[] title, List<String> lines, Device device) {
        DType dtype = DType.valueOf(title[0].toUpperCase());
        Tensor[] p = parameters(dtype, device);
        LBFGS lbfgs = new LBFGS(List.of(p), options(Arrays.copyOfRange(title, 1, title.length)));
        Supplier<Tensor> closure = closure(lbfgs, p);
        double tolerance = dtype == DType.FLOAT64 ? 1e-9 : 1e-4; // near the minimum float32 losses are all alike
        for (int step = 0; step < 6; step++) {
            Tensor loss = lbfgs.step(closure);
            double[] expected = Stream.of(lines.get(step).split(" ")).mapToDouble(Double::parseDouble).toArray();
            Map<?, ?> state = state(lbfgs);
            if (dtype == DType.FLOAT64) { // how often the search goes on at the end depends on the last digits
                assertEquals(expected[0], ((Long) state.get("func_evals")).doubleValue(), "evaluations, step " + step);
                assertEquals(expected[1], ((Long) state.get("n_iter")).doubleValue(), "iterations, step " + step);
            }
            double[] actual = Tensor.cat(0, loss.detach().reshape(1), p[0].detach(), p[1].detach().reshape(-1)).toDoubleArray();
            for (int i = 0; i < actual.length; i++) {
                assertEquals(expected[2 + i], actual[i], tolerance * Math.max(1, Math.abs(expected[2 + i])), "step " + step + ", number " + i);
            }
        }
        assertEquals(Set.of(lines.get(6).substring(6).split(" ")), state(lbfgs).keySet()); // where "al" stands depends on when it was made
    }

    private static Map<?, ?> state(LBFGS lbfgs) {
        return (Map<?, ?>) ((Map<?, ?>) lbfgs.stateDict().get("state")).get(0L);
    }

    @Test
    void aStateOfPyTorchGoesOn() throws IOException, URISyntaxException {
        Map<?, ?> saved = TensorIO.load(Path.of(LBFGSTest.class.getResource("/golden/lbfgs.pth").toURI())).map();
        Tensor[] p = ((List<?>) saved.get("params")).stream().map(t -> ((Tensor) t).clone().setRequiresGrad(true)).toArray(Tensor[]::new);
        LBFGS lbfgs = new LBFGS(List.of(p), 0.1);
        lbfgs.loadStateDict((Map<?, ?>) saved.get("optimizer"));
        for (int i = 0; i < 2; i++) {
            lbfgs.step(closure(lbfgs, p));
        }
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(((Tensor) ((List<?>) saved.get("stepped")).get(i)).toDoubleArray(), p[i].toDoubleArray(), 1e-9);
        }
    }

    @Test
    void saveLoadStepEqualsStep() {
        for (String search : new String[] {null, "strong_wolfe"}) {
            LBFGS.Options options = LBFGS.options().maxIter(4).lineSearchFn(search);
            Tensor[] p = parameters(DType.FLOAT32);
            LBFGS through = new LBFGS(List.of(p), options);
            try (var scope = TensorScope.open()) {
                through.step(closure(through, p));
            }
            Tensor[] q = Stream.of(p).map(t -> t.detach().clone().setRequiresGrad(true)).toArray(Tensor[]::new);
            LBFGS resumed = new LBFGS(List.of(q), options);
            resumed.loadStateDict((Map<?, ?>) Nest.copy(through.stateDict()));
            through.step(closure(through, p));
            resumed.step(closure(resumed, q));
            for (int i = 0; i < p.length; i++) {
                assertArrayEquals(p[i].toDoubleArray(), q[i].toDoubleArray());
            }
            assertEquals(through.stateDict().toString(), resumed.stateDict().toString());
        }
    }

    @Test
    void refusals() {
        Tensor[] p = parameters(DType.FLOAT64);
        LBFGS lbfgs = new LBFGS(List.of(p), 1);
        assertEquals("LBFGS: step needs a closure that computes the loss and its gradients anew",
                assertThrows(IllegalStateException.class, lbfgs::step).getMessage());
        assertEquals("LBFGS: there can be only one parameter group",
                assertThrows(IllegalArgumentException.class, () -> lbfgs.addParamGroup(ParamGroup.of(Tensor.zeros(1)))).getMessage());
        assertEquals("LBFGS: lineSearchFn must be strong_wolfe or null, got x",
                assertThrows(IllegalArgumentException.class, () -> new LBFGS(List.of(p), LBFGS.options().lineSearchFn("x"))).getMessage());
        assertEquals("{lr=1.0, max_iter=8, max_eval=10, tolerance_grad=1.0E-7, tolerance_change=1.0E-9, history_size=100, line_search_fn=null}",
                new LBFGS(List.of(p), LBFGS.options().maxIter(8)).defaults().toString());
        lbfgs.step(closure(lbfgs, p));
        LBFGS other = new LBFGS(List.of(p[0]), 1);
        StateDictException e = assertThrows(StateDictException.class, () -> other.loadStateDict(shrunk(lbfgs)));
        assertEquals("group 0, parameter 0 (3): expected (3), saved d is (7)", e.problems().get(0));
    }

    /** The state of an optimizer of two parameters as if it were one of the first alone. */
    private static Map<String, Object> shrunk(LBFGS lbfgs) {
        Map<String, Object> saved = lbfgs.stateDict();
        @SuppressWarnings("unchecked")
        Map<String, Object> group = (Map<String, Object>) ((List<?>) saved.get("param_groups")).get(0);
        group.put("params", List.of(0L));
        return saved;
    }
}
