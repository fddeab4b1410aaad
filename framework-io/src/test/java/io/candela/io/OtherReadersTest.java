package io.candela.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that tools/check_safetensors.py and tools/check_pt.py opened with safetensors, NumPy and PyTorch. If a writer is to write other bytes, save
 * {@link #state()} and {@link #types} there anew and run the scripts.
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

    /** Elements of every type, not-a-numbers with a payload among them, that PyTorch wrote: each format gives them to others bit by bit. */
    @Test
    void everyTypeGoesBack() throws IOException {
        StateDict types = types();
        assertEquals(Set.of(DType.values()), types.values().stream().map(tensor -> ((Tensor) tensor).dtype()).collect(Collectors.toSet()));
        TensorIO.save(types, folder.resolve("types.pth"));
        TensorIO.save(types, folder.resolve("types.safetensors"));
        types.remove("bfloat16"); // which NumPy does not have
        TensorIO.save(types, folder.resolve("types.npz"));
        for (String name : new String[] {"types.pth", "types.safetensors", "types.npz"}) {
            assertArrayEquals(Files.readAllBytes(Golden.file("candela/" + name)), Files.readAllBytes(folder.resolve(name)), name);
        }
    }

    private static StateDict types() throws IOException {
        StateDict types = new StateDict();
        TensorIO.load(Golden.file("pt/types.pth")).map().forEach((name, tensor) -> types.put((String) name, tensor));
        return types;
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
