package io.candela.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How many images {@link CnnStep} trains on. */
@State(Scope.Benchmark)
public class CnnBatch {
    @Param({"64", "1"})
    public int batch;

    public ImageWork work() {
        return ImageWork.cnn(batch);
    }
}
