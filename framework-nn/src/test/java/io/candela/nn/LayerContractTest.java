package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Layers and losses go through what {@link OpContract} asks of ops; {@code tools/golden/nn.py} has their operands. */
class LayerContractTest {
    private static final double SUMS = 8; // the losses add up to 33 · 10 numbers

    @TestFactory
    Stream<DynamicNode> losses() {
        List<OpCase> rows = new ArrayList<>();
        for (Reduction reduction : EnumSet.complementOf(EnumSet.of(Reduction.BATCHMEAN))) {
            String name = "." + reduction.name().toLowerCase(Locale.ROOT);
            rows.add(binary("nllLoss" + name, new NLLLoss(NLLLoss.options().withReduction(reduction))::forward));
            rows.add(nary("nllLoss" + name + ".weight.ignore0", x -> F.nllLoss(x[0], x[1], x[2].detach(), 0, reduction)));
            rows.add(binary("crossEntropy" + name, new CrossEntropyLoss(CrossEntropyLoss.options().withReduction(reduction))::forward));
            rows.add(binary("crossEntropy" + name + ".smooth",
                    new CrossEntropyLoss(CrossEntropyLoss.options().withReduction(reduction).withLabelSmoothing(0.1))::forward));
            rows.add(nary("crossEntropy" + name + ".weight.ignore0.smooth", x -> new CrossEntropyLoss(CrossEntropyLoss.options()
                    .withWeight(x[2].detach()).withIgnoreIndex(0).withReduction(reduction).withLabelSmoothing(0.25)).forward(x[0], x[1])));
            rows.add(binary("crossEntropy" + name + ".probabilities",
                    (x, p) -> F.crossEntropy(x, p, null, F.IGNORE_INDEX, reduction, 0)));
            rows.add(nary("crossEntropy" + name + ".probabilities.weight.smooth",
                    x -> F.crossEntropy(x[0], x[1], x[2].detach(), F.IGNORE_INDEX, reduction, 0.1)));
            rows.add(binary("mseLoss" + name, new MSELoss(reduction)::forward));
        }
        rows.forEach(row -> row.slack(SUMS));
        rows.add(binary("crossEntropy.uint8", (x, k) -> F.crossEntropy(x, k).add(F.nllLoss(x, k, null, 1, Reduction.MEAN))));
        rows.get(0).rejects(ShapeException.class, "nllLoss: input must be (classes), (n, classes) or (n, classes, d1, ...), and target the same "
                + "without classes; got input (2, 3, 4) and target (2, 3)", () -> F.nllLoss(Tensor.zeros(2, 3, 4), Tensor.zeros(DType.INT64, 2, 3)))
                .rejects(ShapeException.class, "crossEntropy: input must be (classes), (n, classes) or (n, classes, d1, ...), and target the same "
                + "without classes; got input (2, 3) and target (3)", () -> F.crossEntropy(Tensor.zeros(2, 3), Tensor.zeros(DType.INT64, 3)))
                .rejects(ShapeException.class, "crossEntropy: probabilities (3) must have the shape of the logits (2, 3); labels would be int64",
                        () -> F.crossEntropy(Tensor.zeros(2, 3), Tensor.zeros(3)))
                .rejects(ShapeException.class, "mseLoss: input (2, 1) and target (2) must have one shape; expand() or view() one of them",
                        () -> F.mseLoss(Tensor.zeros(2, 1), Tensor.zeros(2)))
                .rejects(IllegalArgumentException.class, "CrossEntropyLoss: labelSmoothing must be between 0 and 1, got 1.5",
                        () -> CrossEntropyLoss.options().withLabelSmoothing(1.5))
                .rejects(IllegalArgumentException.class, "crossEntropy: ignoreIndex 0 needs labels, the target holds probabilities",
                        () -> F.crossEntropy(Tensor.zeros(2, 3), Tensor.zeros(2, 3), null, 0, Reduction.MEAN, 0));
        rows.add(unary("ReLU", new ReLU()::forward));
        rows.add(unary("Sigmoid", new Sigmoid()::forward));
        rows.add(unary("Tanh", new Tanh()::forward));
        rows.add(unary("Softmax", new Softmax(1)::forward).slack(4));
        rows.add(unary("LogSoftmax", new LogSoftmax(-1)::forward).slack(4));
        rows.add(unary("Flatten", new Flatten()::forward).view());
        rows.add(unary("Flatten.0.1", new Flatten(0, 1)::forward).view());
        rows.add(unary("Identity", new Identity()::forward).view());
        return OpContract.tests(Golden.load("/golden/losses.bin.gz"), rows);
    }
}
