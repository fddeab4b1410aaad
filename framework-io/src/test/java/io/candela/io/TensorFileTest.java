package io.candela.io;

import static io.candela.io.Golden.counting;
import static io.candela.io.Golden.file;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of reading: one tensor at a time, mapped memory, devices. */
class TensorFileTest {
    private static final ReadOptions MAPPED = ReadOptions.defaults().mmap(true);

    @TempDir
    private Path folder;

    private static List<String> names(TensorFile file) {
        return file.tensors().stream().map(TensorInfo::name).toList();
    }

    @Test
    void aNestIsListedByDottedNames() throws IOException {
        Path path = folder.resolve("checkpoint.pth");
        Tensor shared = counting(2, 3);
        Map<String, Object> nest = new LinkedHashMap<>();
        nest.put("epoch", 3);
        nest.put("model", Map.of("fc.weight", shared));
        nest.put("list", List.of(shared.t(), "x", List.of()));
        TensorIO.save(nest, path);
        try (TensorFile file = TensorIO.open(path)) {
            assertEquals("PyTorch", file.format());
            assertEquals(List.of("model.fc.weight", "list.0"), names(file));
            assertEquals(3L, file.values().get("epoch"));
            assertEquals("x", file.values().get("list.1"));
            TensorInfo info = file.info("list.0");
            assertEquals(Size.of(3, 2), info.shape());
            assertEquals("float32", info.type().torchName());
            assertEquals(24, info.bytes());
            assertEquals("model.fc.weight", info.tiedTo());
            assertTrue(file.read("list.0").equal(shared.t()));
            StateDict both = file.readAll();
            assertSame(((Tensor) both.get("list.0")).storage(), ((Tensor) both.get("model.fc.weight")).storage());
            assertNotSame(file.read("list.0").storage(), file.read("list.0").storage());
            var e = assertThrows(IllegalArgumentException.class, () -> file.read("fc.weight"));
            assertEquals("checkpoint.pth: there is no tensor fc.weight; its tensors are [model.fc.weight, list.0]", e.getMessage());
        }
    }

    @Test
    void namesThatCoincideAreToldApart() throws IOException {
        Path path = folder.resolve("names.pth");
        Map<String, Object> nest = new LinkedHashMap<>();
        nest.put("a.b", counting(1));
        nest.put("a", Map.of("b", counting(2)));
        TensorIO.save(nest, path);
        try (TensorFile file = TensorIO.open(path)) {
            assertEquals(List.of("a.b", "a.b#2"), names(file));
            assertEquals(2, file.read("a.b#2").numel());
        }
    }

    @Test
    void aTensorByItselfHasANameToo() throws IOException {
        try (TensorFile file = TensorIO.open(file("npy/v1.npy"))) {
            assertEquals(List.of("tensor"), names(file));
            assertTrue(file.read("tensor").equal(counting(2, 3)));
        }
    }

    @Test
    void fewContainersWithVeryManyNames() throws IOException {
        Path path = folder.resolve("bomb.pth");
        List<Object> list = List.of();
        for (int i = 0; i < 60; i++) {
            list = List.of(list, list);
        }
        TensorIO.save(list, path);
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.open(path));
        assertTrue(e.getMessage().contains("names of the nest's values take more than 64 MiB; load it as a whole"), e.getMessage());
        assertEquals(2, TensorIO.load(path).list().size());
    }

    @Test
    void aPatternChoosesTensors() throws IOException {
        try (TensorFile file = TensorIO.open(file("pt/state_dict.pth"))) {
            assertEquals(Set.of("0.weight", "0.bias"), file.read(Pattern.compile("0\\..*")).keySet());
            assertTrue(file.read(Pattern.compile("weight")).isEmpty());
        }
    }

    @Test
    void everyGoldenFileIsListed() throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String folder : List.of("pt", "safetensors", "npy")) {
            try (var files = Files.list(file(folder + "/MADE_BY").getParent())) {
                files.filter(path -> !path.getFileName().toString().matches("MADE_BY|refused_.*")).forEach(paths::add);
            }
        }
        for (Path path : paths) {
            try (TensorFile file = TensorIO.open(path)) {
                for (TensorInfo info : file.tensors()) {
                    if (Types.ofFile(info.type()) == null) {
                        continue;
                    }
                    Tensor tensor = file.read(info.name());
                    assertEquals(info.shape(), Size.of(java.util.Arrays.stream(tensor.shape().dims()).asLongStream().toArray()), path + " " + info);
                    assertEquals((long) tensor.numel() * tensor.dtype().bytes(), info.bytes());
                }
            }
        }
        assertTrue(paths.size() > 30);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.pth", "a.safetensors", "a.npz"})
    void mappedTensorsAreTheFilesAndCopiedWhenWritten(String name) throws IOException {
        Path path = folder.resolve(name);
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (DType type : DType.values()) {
            all.put(type.torchName(), counting(3, 5).to(type));
        }
        all.values().removeIf(tensor -> name.endsWith("npz") && tensor.dtype().torchName().equals("bfloat16"));
        TensorIO.save(all, path);
        byte[] before = Files.readAllBytes(path);
        StateDict mapped = TensorIO.load(path, MAPPED).stateDict();
        all.forEach((type, tensor) -> assertTrue(((Tensor) mapped.get(type)).equal(tensor), type));
        Tensor floats = (Tensor) mapped.get("float32");
        floats.addInPlace(floats);
        assertTrue(floats.equal(counting(3, 5).add(counting(3, 5))));
        assertArrayEquals(before, Files.readAllBytes(path));
        assertTrue(((Tensor) TensorIO.load(path).stateDict().get("float32")).equal(counting(3, 5)));
        TensorIO.save(mapped, path); // the file that they are views of
        assertTrue(((Tensor) TensorIO.load(path).stateDict().get("float32")).equal(floats));
        assertTrue(((Tensor) mapped.get("float64")).equal(counting(3, 5).to(DType.FLOAT64)), "the old file is still there for the mapping");
    }

    @Test
    void mappedTensorsAreViewsOfOneMemory() throws IOException {
        StateDict tied = TensorIO.load(file("pt/tied.pth"), MAPPED).stateDict();
        assertSame(((Tensor) tied.get("a.weight")).storage(), ((Tensor) tied.get("b.weight")).storage());
        Map<Object, Object> views = TensorIO.load(file("pt/views.pth"), MAPPED).map();
        assertTrue(((Tensor) views.get("transposed")).equal(((Tensor) views.get("base")).t()));
        assertTrue(((Tensor) TensorIO.load(file("npy/big.npy"), MAPPED).tensor()).equal(counting(2, 3)), "swapped, so read");
        assertTrue(((Tensor) TensorIO.load(file("npy/deflated.npz"), MAPPED).stateDict().get("weight")).equal(counting(2, 3)), "packed, so read");
    }

    @Test
    void aFileThatMayNotBeWrittenIsReadInstead() throws IOException {
        Path path = folder.resolve("readonly.safetensors");
        TensorIO.save(Map.of("x", counting(3)), path);
        assertTrue(path.toFile().setReadOnly());
        assertTrue(((Tensor) TensorIO.load(path, MAPPED).stateDict().get("x")).equal(counting(3)));
    }

    @Test
    void aFileCutShortAfterItWasOpened() throws IOException {
        Path path = folder.resolve("cut.safetensors");
        TensorIO.save(Map.of("x", counting(1000)), path);
        try (TensorFile whole = TensorIO.open(path); TensorFile mapped = TensorIO.open(path, MAPPED)) {
            try (var channel = java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(1000);
            }
            assertThrows(FormatException.class, () -> whole.read("x"));
            assertThrows(FormatException.class, () -> mapped.read("x"));
            assertEquals(1000, Files.size(path), "mapping did not let it grow");
        }
    }

    @Test
    void devicesAreChosenByWhereTensorsWereSaved() throws IOException {
        List<String> asked = new ArrayList<>();
        ReadOptions options = ReadOptions.defaults().mapLocation(tag -> {
            asked.add(tag);
            return Device.CPU;
        });
        assertEquals(Device.CPU, ((Tensor) TensorIO.load(file("pt/gpu.pth"), options).stateDict().get("weight")).device());
        assertEquals(List.of("cuda:0", "cuda:0"), asked);
        try (TensorFile file = TensorIO.open(file("pt/gpu.pth"))) {
            assertEquals("cuda:0", file.info("weight").device());
            assertEquals(Device.CPU, file.read("weight").device());
        }
    }

    @Test
    void aDeviceThatIsNotThere() {
        ReadOptions far = ReadOptions.defaults().mapLocation(Device.cuda(63));
        assertThrows(DeviceException.class, () -> TensorIO.load(file("pt/state_dict.pth"), far));
    }

    @Test
    void manyLargeTensorsAreReadByAllThreads() throws IOException {
        Path path = folder.resolve("large.pth");
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            tensors.add(counting(1 << 19).add(i));
        }
        TensorIO.save(tensors, path);
        List<Object> again = TensorIO.load(path).list();
        for (int i = 0; i < 12; i++) {
            assertTrue(((Tensor) again.get(i)).equal(tensors.get(i)), "tensor " + i);
        }
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length / 2] ^= 1;
        Files.write(path, bytes);
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(path));
        assertTrue(e.getMessage().contains("is damaged: its CRC-32"), e.getMessage());
        assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().startsWith("candela-read")));
    }
}
