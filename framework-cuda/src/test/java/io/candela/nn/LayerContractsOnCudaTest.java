package io.candela.nn;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The tables of layers and losses once more, on a GPU or the simulation of one: each eighth row, or with {@code -Dcandela.tests.every=1} all.
 */
class LayerContractsOnCudaTest {
    @TestFactory
    Stream<DynamicNode> activations() {
        return new ActivationContractTest().activations();
    }

    @TestFactory
    Stream<DynamicNode> attention() {
        return new AttentionContractTest().attention();
    }

    @TestFactory
    Stream<DynamicNode> comparisons() {
        return new ComparisonContractTest().losses();
    }

    @TestFactory
    Stream<DynamicNode> convolutions() {
        return new ConvolutionContractTest().functions();
    }

    @TestFactory
    Stream<DynamicNode> grids() {
        return new GridContractTest().grids();
    }

    @TestFactory
    Stream<DynamicNode> halves() {
        return new HalvesContractTest().halves();
    }

    @TestFactory
    Stream<DynamicNode> losses() {
        return new LayerContractTest().losses();
    }

    @TestFactory
    Stream<DynamicNode> norms() {
        return new NormContractTest().norms();
    }

    @TestFactory
    Stream<DynamicNode> parameters() {
        return new ParameterLayerContractTest().layers();
    }

    @TestFactory
    Stream<DynamicNode> poolings() {
        return new PoolContractTest().poolings();
    }

    @TestFactory
    Stream<DynamicNode> recurrent() {
        return new RecurrentContractTest().layers();
    }

    @TestFactory
    Stream<DynamicNode> resampling() {
        return new ResampleContractTest().functions();
    }
}
