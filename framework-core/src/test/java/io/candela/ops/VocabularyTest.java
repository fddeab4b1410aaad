package io.candela.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Linalg;
import io.candela.tensor.Special;
import io.candela.tensor.Tensor;
import io.candela.testing.CalledMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No method of the vocabulary is without a test, in any of its forms: each is called by name and parameters somewhere in this module's tests. */
class VocabularyTest {
    /** What autograd calls, beneath the operations. */
    private static final Set<String> MACHINERY = Set.of("accumulateGrad(Tensor, boolean)", "attach(Node)", "base()", "followBase()", "gradNode()",
            "gradNodeOrNull()", "isOutside()", "stayOutside()");

    @Test
    void everyMethodIsCalledByATest() {
        Set<String> called = CalledMethods.by(VocabularyTest.class);
        assertTrue(called.contains("io/candela/tensor/Tensor.exp()"), "a method that surely is called was not found");
        for (Class<?> type : List.of(Tensor.class, Linalg.class, Special.class)) {
            List<String> missing = new ArrayList<>(CalledMethods.missing(type, called));
            missing.removeAll(MACHINERY);
            assertEquals(List.of(), missing, () -> type.getSimpleName() + ": give these a row in a contract table, or, where they are short for others, a line in "
                    + "ShortFormsTest");
        }
    }
}
