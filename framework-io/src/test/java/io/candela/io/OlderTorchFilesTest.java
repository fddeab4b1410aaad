package io.candela.io;

import static io.candela.io.Golden.counting;
import static io.candela.io.Golden.file;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Shape;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's format before 1.6, and TorchScript archives. */
class OlderTorchFilesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void filesFromBefore16(boolean mmap) throws IOException {
        Loaded loaded = TensorIO.load(file("pt/legacy.pth"), ReadOptions.defaults().mmap(mmap));
        assertEquals(TensorIO.load(file("pt/state_dict.pth")).stateDict().keySet(), loaded.get("model").stateDict().keySet());
        assertTrue(loaded.get("model").get("0.weight").tensor().equal(counting(2, 4)));
        assertEquals(18, loaded.get("model").get("1.num_batches_tracked").tensor().itemLong());
        assertEquals(2L, loaded.get("model").stateDict().version("1"));
        assertEquals(3L, loaded.get("epoch").value());
        Tensor shared = loaded.get("shared").tensor();
        assertTrue(shared.equal(counting(2, 3)));
        assertTrue(loaded.get("transposed").tensor().equal(shared.t()));
        assertSame(shared.storage(), loaded.get("row").tensor().storage());
        assertEquals(Shape.of(0, 3), loaded.get("empty").tensor().shape());
        assertTrue(loaded.get("parameter").tensor().requiresGrad());
        assertArrayEquals(new byte[] {0, -1}, (byte[]) loaded.get("bytes").value());
    }

    @Test
    void pickledModulesAreRefusedInTheOlderFormatToo() {
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(file("pt/refused_legacy_module.pth")));
        assertTrue(e.getMessage().contains("pickle asks for global torch.nn.modules.linear.Linear, which is not on the allow-list"), e.getMessage());
    }

    @Test
    void pickleThatIsLongerThanTheFirstGuess() throws IOException {
        String text = "x".repeat(3 << 20);
        ByteBuffer bytes = ByteBuffer.allocate(text.length() + 200).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(Files.readAllBytes(file("pt/legacy.pth")), 0, 21); // the magic number and the version
        bytes.put(new byte[] {(byte) 0x80, 2, '}', '.', (byte) 0x80, 2, 'X'}).putInt(text.length()).put(text.getBytes()).put((byte) '.');
        bytes.put(new byte[] {(byte) 0x80, 2, ']', '.'});
        Path path = Files.write(folder.resolve("long.pth"), java.util.Arrays.copyOf(bytes.array(), bytes.position()));
        assertEquals(text, TensorIO.load(path).value());
    }

    @Test
    void olderFilesCutOffAtAnyByte() throws IOException {
        byte[] bytes = Files.readAllBytes(file("pt/legacy.pth"));
        for (int length = 0; length < bytes.length; length++) {
            Path path = Files.write(folder.resolve(length + ".pth"), java.util.Arrays.copyOf(bytes, length));
            assertThrows(FormatException.class, () -> TensorIO.load(path), "cut at " + length);
            Files.delete(path);
        }
    }

    @Test
    void parametersOfTorchScriptByName() throws IOException {
        StateDict script = TensorIO.load(file("pt/torchscript.pth")).stateDict();
        StateDict state = TensorIO.load(file("pt/state_dict.pth")).stateDict();
        assertEquals(state.keySet(), script.keySet());
        for (Map.Entry<String, Object> entry : state.entrySet()) {
            assertTrue(((Tensor) entry.getValue()).equal((Tensor) script.get(entry.getKey())), entry.getKey());
        }
        try (TensorFile file = TensorIO.open(file("pt/torchscript.pth"))) {
            assertEquals("TorchScript", file.format());
            assertEquals(7, file.tensors().size());
        }
    }
}
