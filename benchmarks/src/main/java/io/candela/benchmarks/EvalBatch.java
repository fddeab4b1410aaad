package io.candela.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How many images {@link ResNet18Eval} looks at. */
@State(Scope.Benchmark)
public class EvalBatch {
    @Param({"16", "1"})
    public int batch;

    public ImageWork work() {
        return ImageWork.resnet18(batch);
    }
}
