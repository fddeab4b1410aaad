package io.candela.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Parameters with gradients that stay the same, so that a step is nothing but the optimizer's. The numbers are the same in every peer and in the
 * Python twin.
 */
@State(Scope.Benchmark)
public class OptimizerWork {
    /** Of SGD; Adam's other settings are PyTorch's defaults. */
    public static final double MOMENTUM = 0.9;
    public static final double LEARNING_RATE = 1e-3;

    /** Which optimizer; SGD has momentum. */
    public enum Kind { ADAM, SGD }

    /** How many parameters of how many elements. */
    public enum Sizes {
        ONE_1M(1, 1_000_000), MANY_25M(200, 125_000), TINY(60, 10);

        final int tensors;
        final int elements;

        Sizes(int tensors, int elements) {
            this.tensors = tensors;
            this.elements = elements;
        }
    }

    @Param
    public Kind kind;

    @Param
    public Sizes sizes;

    /** As JMH makes it. */
    public static OptimizerWork of(Kind kind, Sizes sizes) {
        OptimizerWork work = new OptimizerWork();
        work.kind = kind;
        work.sizes = sizes;
        return work;
    }

    public int tensors() {
        return sizes.tensors;
    }

    public boolean tiny() {
        return sizes == Sizes.TINY;
    }

    /** Start values of parameter {@code i}. */
    public float[] parameter(int i) {
        return Workload.numbers(sizes.elements, 2 * i, 1);
    }

    /** Its gradient. */
    public float[] gradient(int i) {
        return Workload.numbers(sizes.elements, 2 * i + 1, 1);
    }
}
