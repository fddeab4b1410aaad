package io.candela.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import io.candela.testing.Close;
import io.candela.testing.Expressions;
import io.candela.testing.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Random programs of 20 operations give PyTorch's values and gradients. {@code tools/golden/expressions.py} drew them, and says what it left out;
 * {@code -Dcandela.expressions=FILE} runs another file of it too.
 */
class ExpressionTest {
    /** Errors at 20 operations are amplified up to 300 times; so many times that of a single one are allowed. */
    private static final double SLACK = 50;

    @Test
    void valuesAndGradientsAsInPyTorch() {
        assertTrue(run(Golden.load("/golden/expressions.bin.gz")) >= 500);
        String more = System.getProperty("candela.expressions");
        if (more != null) {
            run(Golden.load(Path.of(more)));
        }
    }

    private static int run(Golden golden) {
        List<String> failures = new ArrayList<>();
        int count = 0;
        for (List<Golden.Case> row : golden.rows().values()) {
            for (Golden.Case c : row) {
                count++;
                try {
                    compare(c);
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e + "\n    in " + c);
                }
            }
        }
        if (!failures.isEmpty()) {
            Assertions.fail("%d of %d programs, of which the first:\n%s".formatted(failures.size(), count,
                    String.join("\n", failures.subList(0, Math.min(10, failures.size())))));
        }
        return count;
    }

    private static void compare(Golden.Case c) {
        List<Tensor> operands = leaves(c, false);
        List<Tensor> results = Expressions.evaluate(c.tag(), operands);
        assertResults(c, results);
        backward(results);
        assertGradients(c, operands);

        Autograd.noGrad(() -> {
            List<Tensor> plain = Expressions.evaluate(c.tag(), c.inputs());
            for (int i = 0; i < results.size(); i++) {
                Close.assertExact("without gradients, result " + i, results.get(i), plain.get(i));
            }
        });

        List<Tensor> other = leaves(c, true);
        List<Tensor> otherResults = Expressions.evaluate(c.tag(), other);
        assertResults(c, otherResults);
        backward(otherResults);
        assertGradients(c, other);
    }

    /** @param strided whether the elements lie in memory in another order, with gaps between them */
    private static List<Tensor> leaves(Golden.Case c, boolean strided) {
        List<Tensor> leaves = new ArrayList<>();
        for (Tensor input : c.inputs()) {
            Tensor leaf = !strided ? input.clone()
                    : input.dim() == 0 ? Tensor.stack(0, input, input).select(0, 1)
                    : Tensor.stack(-1, input, input).transpose(0, input.dim() - 1).contiguous().transpose(0, input.dim() - 1).select(-1, 1);
            leaves.add(leaf.detach().setRequiresGrad(true));
        }
        return leaves;
    }

    /** From the gradients that {@code records.py} chooses. */
    private static void backward(List<Tensor> results) {
        List<Tensor> roots = new ArrayList<>();
        List<Tensor> upstream = new ArrayList<>();
        for (int k = 0; k < results.size(); k++) {
            Tensor result = results.get(k);
            if (result.requiresGrad()) {
                double[] values = new double[result.numel()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (Math.floorMod(5L * i + 3L * k, 13) - 6) / 4.0;
                }
                roots.add(result);
                upstream.add(Tensor.of(values).reshape(result.shape().toArray()).to(result.dtype()));
            }
        }
        for (int i = 0; i < roots.size(); i++) {
            roots.get(i).backward(upstream.get(i), i < roots.size() - 1, false);
        }
    }

    private static void assertResults(Golden.Case c, List<Tensor> results) {
        assertEquals(c.results().size(), results.size());
        for (int i = 0; i < results.size(); i++) {
            Close.assertClose("result " + i, c.results().get(i), results.get(i), slack(c, c.results().get(i)));
        }
    }

    private static void assertGradients(Golden.Case c, List<Tensor> operands) {
        for (int i = 0; i < operands.size(); i++) {
            Tensor expected = c.gradients().get(i);
            Tensor actual = operands.get(i).grad();
            assertEquals(expected == null, actual == null, "gradient of operand " + i + " is there");
            if (expected != null) {
                Close.assertClose("gradient of operand " + i, expected, actual, slack(c, expected));
            }
        }
    }

    /** A program may compute in float32 on the way. */
    private static double slack(Golden.Case c, Tensor expected) {
        boolean mixed = c.inputs().get(0).dtype() == DType.FLOAT32 || c.tag().contains("toFloat32");
        return expected.dtype() == DType.FLOAT64 && mixed ? SLACK * Close.FLOAT / Close.DOUBLE : SLACK;
    }
}
