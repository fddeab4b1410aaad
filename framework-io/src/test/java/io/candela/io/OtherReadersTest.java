package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that tools/check_safetensors.py opened with safetensors and NumPy. If a writer is to write other bytes, save {@link #state()} there anew
 * and run the script.
 */
class OtherReadersTest {
    @TempDir
    private Path folder;

    @Test
    void bytesThatOthersWereSeenToRead() throws IOException {
        save(folder);
        for (String name : new String[] {"tied.safetensors", "stored.npz"}) {
            assertArrayEquals(Files.readAllBytes(Golden.file("candela/" + name)), Files.readAllBytes(folder.resolve(name)), name);
        }
        // how tightly zlib packs differs between its versions
        StateDict packed = TensorIO.load(Golden.file("candela/deflated.npz")).stateDict();
        TensorIO.load(folder.resolve("deflated.npz")).stateDict()
                .forEach((name, tensor) -> assertArrayEquals(((Tensor) packed.get(name)).toDoubleArray(), ((Tensor) tensor).toDoubleArray(), name));
    }

    private static void save(Path folder) throws IOException {
        TensorIO.save(state(), folder.resolve("tied.safetensors"), WriteOptions.defaults().metadata(Map.of("format", "pt")));
        TensorIO.save(state(), folder.resolve("stored.npz"));
        TensorIO.save(state(), folder.resolve("deflated.npz"), WriteOptions.defaults().compress(true));
    }

    static StateDict state() {
        Tensor weight = Golden.counting(2, 3);
        StateDict state = new StateDict();
        state.put("embed", weight);
        state.put("head", weight.detach());
        state.put("transposed", weight.t());
        state.put("count", Tensor.scalar(7L));
        return state;
    }
}
