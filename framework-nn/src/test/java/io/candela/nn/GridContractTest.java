package io.candela.nn;

import static io.candela.testing.OpCase.binary;
import static io.candela.testing.OpCase.unary;

import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import io.candela.testing.Golden;
import io.candela.testing.OpCase;
import io.candela.testing.OpContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Sampling at the points of grids goes through what {@link OpContract} asks of ops; {@code tools/golden/spatial.py} has the operands. */
class GridContractTest {
    @TestFactory
    Stream<DynamicNode> grids() {
        List<OpCase> rows = new ArrayList<>();
        for (boolean align : new boolean[] {false, true}) {
            String suffix = align ? ".aligned" : "";
            for (F.GridMode mode : F.GridMode.values()) {
                for (F.GridPadding padding : F.GridPadding.values()) {
                    String name = "gridSample." + mode.name().toLowerCase(Locale.ROOT) + "." + padding.name().toLowerCase(Locale.ROOT) + suffix;
                    rows.add(binary(name, (x, grid) -> F.gridSample(x, grid, mode, padding, align)).slack(16).loose());
                }
            }
            for (int[] size : new int[][] {{2, 3, 3, 4}, {2, 1, 1, 2}, {1, 2, 2, 3, 4}}) {
                String name = Arrays.stream(size).mapToObj(Integer::toString).collect(Collectors.joining("x"));
                rows.add(unary("affineGrid." + name + suffix, theta -> F.affineGrid(theta, size, align)).slack(2));
            }
        }
        rows.get(0).rejects(ShapeException.class, "gridSample: input must be (n, c, h, w) with a grid (n, height, width, 2), or (n, c, d, h, w) with a grid "
                + "(n, depth, height, width, 3), got (1, 2, 3, 4) and (1, 2, 2, 3)", () -> F.gridSample(Tensor.zeros(1, 2, 3, 4), Tensor.zeros(1, 2, 2, 3),
                        F.GridMode.BILINEAR, F.GridPadding.ZEROS, false))
                .rejects(ShapeException.class, "affineGrid: theta must be (n, 2, 3) for a size (n, c, h, w), or (n, 3, 4) for (n, c, d, h, w), got (1, 2, 2) and "
                        + "[1, 1, 2, 2]", () -> F.affineGrid(Tensor.zeros(1, 2, 2), new int[] {1, 1, 2, 2}, false));
        return OpContract.tests(Golden.load("/golden/grids.bin.gz"), rows);
    }
}
