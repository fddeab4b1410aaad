package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.io.Checkpoint;
import io.candela.io.Checkpointer;
import io.candela.nn.CrossEntropyLoss;
import io.candela.nn.Dropout;
import io.candela.nn.Linear;
import io.candela.nn.Sequential;
import io.candela.optim.Adam;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Generator;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training with dropout on a device that stops and goes on equals one that does not stop, bit by bit. */
class ResumeTest {
    private static final Device GPU = Device.cuda(0);

    @TempDir
    Path folder;

    @BeforeAll
    static void needsDevice() {
        Assumptions.assumeTrue(Cuda.isAvailable(), Cuda::whyUnavailable);
    }

    private static final class Training {
        final Sequential model = new Sequential(new Linear(6, 16), new Dropout(0.4), new Linear(16, 3));
        final Adam optimizer;

        Training() {
            model.to(GPU);
            optimizer = new Adam(model.parameters(), 0.01);
        }

        Checkpointer checkpoints(Path folder) throws IOException {
            return Checkpointer.open(folder).with("model", model::stateDict, model::loadStateDict)
                    .with("optimizer", optimizer::stateDict, optimizer::loadStateDict);
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                Tensor x = Tensor.empty(Shape.of(16, 6), DType.FLOAT32, GPU).normalInPlace(0, 1);
                Tensor y = x.argmax(1).remainder(3);
                optimizer.zeroGrad();
                new CrossEntropyLoss().forward(model.forward(x), y).backward();
                optimizer.step();
            }
        }

        float[] weights() {
            return model.parameters().get(0).toFloatArray();
        }
    }

    @Test
    void isExact() throws IOException {
        Tensor.manualSeed(9);
        Training first = new Training();
        first.steps(3);
        try (Checkpointer checkpoints = first.checkpoints(folder)) {
            checkpoints.save(Checkpoint.at(3));
        }
        long offset = Generator.getDefault(GPU).offset();
        first.steps(4);

        Tensor.manualSeed(1000);
        Training second = new Training();
        second.steps(1);
        try (Checkpointer checkpoints = second.checkpoints(folder)) {
            assertEquals(3, checkpoints.restoreLatest().orElseThrow().step());
        }
        assertEquals(offset, Generator.getDefault(GPU).offset());
        assertEquals(9, Generator.getDefault(GPU).initialSeed());
        second.steps(4);
        assertArrayEquals(first.weights(), second.weights());
    }

    /** As a program sees it that runs where no such GPU is: the state waits. */
    @Test
    void statesOfOtherGpusAreKept() throws IOException {
        Device other = Device.cuda(7);
        Generator.getDefault(other).manualSeed(5).setOffset(40);
        try (Checkpointer checkpoints = Checkpointer.open(folder)) {
            checkpoints.save(Checkpoint.at(1));
            Generator.getDefault(other).manualSeed(6);
            checkpoints.restoreLatest();
        }
        assertEquals(5, Generator.getDefault(other).initialSeed());
        assertEquals(40, Generator.getDefault(other).offset());
    }
}
