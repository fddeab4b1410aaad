package io.candela.benchmarks;

import io.candela.io.TensorIO;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** 64 matrices of 1024x1024 floats, 256 MiB, in memory and in files of a temporary folder. */
@State(Scope.Benchmark)
public class SavedModel {
    private static final int TENSORS = 64;
    private static final int SIDE = 1024;

    final StateDict state = new StateDict();
    final ByteBuffer bytes = ByteBuffer.allocateDirect(TENSORS * SIDE * SIDE * Float.BYTES);
    private Path folder;

    @Setup(Level.Trial)
    public void save() throws IOException {
        for (int i = 0; i < TENSORS; i++) {
            state.put("layers." + i + ".weight", Tensor.of(Operands.first(SIDE, SIDE), SIDE, SIDE).add(i));
        }
        folder = Files.createTempDirectory("candela-save-load");
        TensorIO.save(state, file("model.pth"));
        TensorIO.save(state, file("model.safetensors"));
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    Path file(String name) {
        return folder.resolve(name);
    }
}
