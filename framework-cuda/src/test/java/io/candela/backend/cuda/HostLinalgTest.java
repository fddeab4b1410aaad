package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.LinalgKernels;
import io.candela.tensor.Device;
import io.candela.tensor.Linalg;
import io.candela.tensor.Tensor;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Factorizations of matrices on a GPU are the CPU's, and each is counted: docs/gpu.md lists them. */
class HostLinalgTest {
    private static final Device GPU = Device.cuda(0);

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    private static Map<String, UnaryOperator<Tensor>> functions() {
        Map<String, UnaryOperator<Tensor>> f = new TreeMap<>();
        f.put("lu", a -> Linalg.det(a));
        f.put("luSolve", a -> Linalg.solve(a, a.add(1)));
        f.put("solveTriangular", a -> Linalg.solveTriangular(a, a.add(1), true));
        f.put("cholesky", a -> Linalg.cholesky(a));
        f.put("qr", a -> Linalg.qr(a).r());
        f.put("eigh", a -> Linalg.eigvalsh(a));
        f.put("svd", a -> Linalg.svdvals(a));
        f.put("lstsq", a -> Linalg.lstsq(a, a.add(1)).solution());
        return f;
    }

    @Test
    void eachIsCounted() {
        Tensor.manualSeed(2);
        Tensor root = Tensor.randn(4, 4);
        Tensor a = root.matmul(root.t()).add(Tensor.eye(4));
        functions().forEach((name, function) -> {
            Tensor expected = function.apply(a);
            Cuda.resetFallbacks();
            Tensor found = function.apply(a.to(GPU));
            assertEquals(GPU, found.device());
            KernelCheck.assertSame(name, expected, found, 200, true);
            assertEquals(1L, Cuda.fallbacks().getOrDefault(name, 0L), name + " in " + Cuda.fallbacks());
        });
        Set<String> kernels = Arrays.stream(LinalgKernels.class.getDeclaredMethods()).filter(m -> !m.isSynthetic()).map(Method::getName).collect(Collectors.toSet());
        assertEquals(kernels, functions().keySet(), "all that there are");
    }
}
