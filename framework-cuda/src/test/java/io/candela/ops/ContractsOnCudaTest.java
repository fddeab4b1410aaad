package io.candela.ops;

import io.candela.testing.OpContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The tables of {@link OpContract} once more, on a GPU or the simulation of one: each eighth row, or with {@code -Dcandela.tests.every=1} all.
 */
class ContractsOnCudaTest {
    @TestFactory
    Stream<DynamicNode> ops() {
        return new OpContractTest().ops();
    }

    @TestFactory
    Stream<DynamicNode> types() {
        return new DTypesContractTest().types();
    }

    @TestFactory
    Stream<DynamicNode> arguments() {
        return new ArgumentContractTest().arguments();
    }

    @TestFactory
    Stream<DynamicNode> functions() {
        return new FunctionContractTest().functions();
    }

    @TestFactory
    Stream<DynamicNode> linalg() {
        return new LinalgContractTest().ops();
    }

    @TestFactory
    Stream<DynamicNode> shapes() {
        return new ShapeContractTest().ops();
    }

    @TestFactory
    Stream<DynamicNode> specials() {
        return new SpecialContractTest().specials();
    }

    @TestFactory
    Stream<DynamicNode> statistics() {
        return new StatisticsContractTest().statistics();
    }
}
