package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.nary;
import static io.candela.testing.OpCase.naryMany;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Normalization by channel goes through what {@link OpContract} asks of ops; {@code tools/golden/norms.py} has the operands. */
class NormContractTest {
    private static final double SLACK = 5; // 1e-5 in float32

    @TestFactory
    Stream<DynamicNode> norms() {
        List<OpCase> rows = new ArrayList<>();
        rows.add(nary("batchNorm", x -> F.batchNorm(x[0], null, null, x[1], x[2], true, 0.1, 1e-5)));
        rows.add(nary("batchNorm.eval", x -> F.batchNorm(x[0], x[3].detach(), x[4].detach(), x[1], x[2], false, 0.1, 1e-5)));
        rows.add(unary("batchNorm.plain", x -> F.batchNorm(x, null, null, null, null, true, 0.1, 0.1)).anyZero());
        rows.add(binary("batchNorm.bias", (x, b) -> F.batchNorm(x, null, null, null, b, true, 0.1, 1e-5)));
        rows.add(nary("batchNorm.eval.plain", x -> F.batchNorm(x[0], x[1].detach(), x[2].detach(), null, null, false, 0.1, 0.1)));
        rows.add(naryMany("batchNorm.tracked", x -> tracked(x, (mean, var) -> F.batchNorm(x[0], mean, var, null, null, true,
                x[0].shape().rank() == 2 && x[0].size(0) == 3 && x[0].size(1) == 4 ? 1 : 0.3, 1e-5))));
        rows.add(nary("batchNorm.relu", x -> NormFunctions.batchNormRelu(x[0], null, null, null, x[1], x[2], true, 0.1, 1e-5)));
        rows.add(nary("batchNorm.relu.eval", x -> NormFunctions.batchNormRelu(x[0], null, x[3].detach(), x[4].detach(), x[1], x[2], false, 0.1, 1e-5)));
        rows.add(nary("batchNorm.relu.sum", x -> NormFunctions.batchNormRelu(x[0], x[3], null, null, x[1], x[2], true, 0.1, 1e-5)));
        rows.add(nary("batchNorm.relu.sum.eval", x -> NormFunctions.batchNormRelu(x[0], x[3], x[4].detach(), x[5].detach(), x[1], x[2], false, 0.1, 1e-5)));
        rows.add(unary("batchNorm.relu.plain", x -> NormFunctions.batchNormRelu(x, null, null, null, null, null, true, 0.1, 0.1)).anyZero());
        rows.add(binary("batchNorm.relu.sum.plain", (x, r) -> NormFunctions.batchNormRelu(x, r, null, null, null, null, true, 0.1, 0.1)));
        rows.add(naryMany("batchNorm.relu.tracked", x -> tracked(new Tensor[] {x[0], x[2], x[3]}, (mean, var) -> NormFunctions.batchNormRelu(x[0], x[1], mean,
                var, null, null, true, 0.3, 1e-5))));
        rows.add(nary("groupNorm.2", x -> F.groupNorm(x[0], 2, x[1], x[2], 1e-5)));
        rows.add(unary("groupNorm.1.plain", x -> F.groupNorm(x, 1, null, null, 0.1)).anyZero());
        rows.add(nary("instanceNorm", x -> F.instanceNorm(x[0], null, null, x[1], x[2], true, 0.1, 1e-5)));
        rows.add(unary("instanceNorm.plain", x -> F.instanceNorm(x, null, null, null, null, true, 0.1, 0.1)));
        rows.add(nary("instanceNorm.eval", x -> F.instanceNorm(x[0], x[3].detach(), x[4].detach(), x[1], x[2], false, 0.1, 1e-5)));
        rows.add(naryMany("instanceNorm.tracked", x -> tracked(x, (mean, var) -> F.instanceNorm(x[0], mean, var, null, null, true, 0.3, 1e-5))));
        for (int size : new int[] {1, 2, 3, 6}) {
            rows.add(unary("localResponseNorm." + size, x -> F.localResponseNorm(x, size, 0.5, 0.75, 2)));
        }
        rows.forEach(row -> row.slack(SLACK));
        mistakes(rows.get(0));
        return OpContract.tests(Golden.load("/golden/norms.bin.gz"), rows);
    }

    private interface Norm {
        Tensor apply(Tensor mean, Tensor variance);
    }

    private static Tensor[] tracked(Tensor[] x, Norm norm) {
        Tensor mean = x[1].detach().clone();
        Tensor variance = x[2].detach().clone();
        return new Tensor[] {norm.apply(mean, variance), mean, variance};
    }

    private static void mistakes(OpCase row) {
        Tensor three = Tensor.ones(3);
        row.rejects(IllegalArgumentException.class, "batchNorm: expected more than 1 value per channel when training, got input (1, 3)",
                        () -> new BatchNorm1d(3).forward(Tensor.zeros(1, 3)))
                .rejects(ShapeException.class, "BatchNorm2d: input must have 4 dimensions, got (2, 3)", () -> new BatchNorm2d(3).forward(Tensor.zeros(2, 3)))
                .rejects(ShapeException.class, "BatchNorm1d: input must have 2 or 3 dimensions, got (3)", () -> new BatchNorm1d(3).forward(three))
                .rejects(ShapeException.class, "batchNorm: weight must be (4), one per channel of the input (2, 4), got (3)",
                        () -> new BatchNorm1d(3).forward(Tensor.zeros(2, 4)))
                .rejects(ShapeException.class, "batchNorm: input must be (n, channels, ...), got (3)",
                        () -> F.batchNorm(three, null, null, null, null, true, 0.1, 1e-5))
                .rejects(DTypeException.class, "batchNorm: operands must have one type: lhs is float64, rhs float32; convert one with to(dtype)",
                        () -> new BatchNorm1d(3).forward(Tensor.zeros(DType.FLOAT64, 2, 3)))
                .rejects(DTypeException.class, "batchNorm: needs floating point, got int64; convert with to(DType.FLOAT32)",
                        () -> F.batchNorm(Tensor.zeros(DType.INT64, 2, 3), null, null, null, null, true, 0.1, 1e-5))
                .rejects(IllegalArgumentException.class, "batchNorm: needs a running mean and variance when it does not use those of the input",
                        () -> F.batchNorm(Tensor.zeros(2, 3), null, null, null, null, false, 0.1, 1e-5))
                .rejects(IllegalArgumentException.class, "batchNorm: the running mean and variance must both be given, or none of them",
                        () -> F.batchNorm(Tensor.zeros(2, 3), three, null, null, null, true, 0.1, 1e-5))
                .rejects(IllegalArgumentException.class, "batchNorm: eps must be positive in training, got 0.0",
                        () -> F.batchNorm(Tensor.zeros(2, 3), null, null, null, null, true, 0.1, 0))
                .rejects(IllegalArgumentException.class, "batchNorm: eps must be 0 or more, got -1.0",
                        () -> F.batchNorm(Tensor.zeros(2, 3), three, three, null, null, false, 0.1, -1))
                .rejects(IllegalArgumentException.class, "BatchNorm1d: numFeatures must not be negative, got -1", () -> new BatchNorm1d(-1))
                .rejects(IllegalArgumentException.class, "instanceNorm: expected more than 1 position per channel, got input (2, 3, 1)",
                        () -> new InstanceNorm1d(3).forward(Tensor.zeros(2, 3, 1)))
                .rejects(ShapeException.class, "InstanceNorm2d: input must have 3 or 4 dimensions, got (2, 3)",
                        () -> new InstanceNorm2d(3).forward(Tensor.zeros(2, 3)))
                .rejects(ShapeException.class, "InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=False): input must have "
                        + "3 channels, got 2 in (2, 5)", () -> new InstanceNorm1d(3, InstanceNorm.options().withAffine(true)).forward(Tensor.zeros(2, 5)))
                .rejects(IllegalArgumentException.class, "instanceNorm: needs a running mean and variance when it does not use those of the input",
                        () -> F.instanceNorm(Tensor.zeros(2, 3, 4), null, null, null, null, false, 0.1, 1e-5))
                .rejects(IllegalArgumentException.class, "groupNorm: expected more than 1 value per group, got input (1, 2) and 2 groups",
                        () -> F.groupNorm(Tensor.zeros(1, 2), 2, null, null, 1e-5))
                .rejects(ShapeException.class, "groupNorm: 2 groups do not divide the 3 channels of (2, 3, 4)",
                        () -> F.groupNorm(Tensor.zeros(2, 3, 4), 2, null, null, 1e-5))
                .rejects(ShapeException.class, "groupNorm: weight must be (6), one per channel of the input (2, 6, 3), got (4)",
                        () -> new GroupNorm(2, 4).forward(Tensor.zeros(2, 6, 3)))
                .rejects(IllegalArgumentException.class, "GroupNorm: numChannels 3 must be a multiple of numGroups 2", () -> new GroupNorm(2, 3))
                .rejects(ShapeException.class, "localResponseNorm: input must be (n, channels, ...) of three dimensions at least, got (2, 3)",
                        () -> new LocalResponseNorm(2).forward(Tensor.zeros(2, 3)))
                .rejects(IllegalArgumentException.class, "LocalResponseNorm: size must be positive, got 0", () -> new LocalResponseNorm(0));
    }
}
