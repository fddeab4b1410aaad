package io.candela.io.pt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.io.FormatException;
import io.candela.io.TensorIO;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that the format allows and that do not fit Candela's. */
class HostileTensorTest {
    private static final long MAX = Long.MAX_VALUE;

    @TempDir
    private Path folder;

    private Path file(long[] sizes, long[] strides, long offset) throws IOException {
        return PtFiles.crafted(folder, new Code().tensor(4, offset, sizes, strides).stop(), 16);
    }

    private void refused(String message, Path path) {
        FormatException e = assertThrows(FormatException.class, () -> TensorIO.load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void manyElementsOfOneByte() throws IOException {
        refused("sizes [1099511627776]", file(new long[] {1L << 40}, new long[] {0}, 0));
        refused("more than 2147483647 elements", file(new long[] {1 << 20, 1 << 20}, new long[] {0, 0}, 0));
        refused("sizes", file(new long[] {0, MAX}, new long[] {1, 1}, 0));
        refused("sizes", file(new long[] {0, 1 << 30, 1 << 30}, new long[] {1, 1, 1}, 0));
    }

    @Test
    void numbersThatAreNeverUsed() throws IOException {
        assertEquals(0, TensorIO.load(file(new long[] {0, 3}, new long[] {MAX, MAX}, MAX)).tensor().numel());
        Tensor one = TensorIO.load(file(new long[] {1, 2}, new long[] {MAX, 1}, 2)).tensor();
        assertEquals(2, one.offset());
        assertArrayEquals(new float[2], one.contiguous().toFloatArray());
    }

    @Test
    void integersWithAGradient() throws IOException {
        Code code = new Code().global("torch._utils", "_rebuild_tensor_v2").op(Op.MARK).storage("LongStorage", 2).number(0).tuple(2).tuple(1)
                .op(Op.NEWTRUE, Op.NONE, Op.TUPLE, Op.REDUCE);
        refused("is int64 and requires a gradient", PtFiles.crafted(folder, code.stop(), 16));
    }

    @Test
    void bytesOfABoolThatAreNeitherZeroNorOne() throws IOException {
        Code code = new Code().global("torch._utils", "_rebuild_tensor_v2").op(Op.MARK).storage("BoolStorage", 3).number(0).tuple(3).tuple(1)
                .op(Op.NEWFALSE, Op.NONE, Op.TUPLE, Op.REDUCE);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data.pkl", code.stop());
        entries.put("data/0", new byte[] {0, 2, -1});
        entries.put("version", "3\n".getBytes());
        Tensor bool = TensorIO.load(PtFiles.zip(folder, entries)).tensor();
        assertEquals(2, bool.sum().itemLong());
    }

    @Test
    void aTensorOfAnotherTypeThanItsStorage() throws IOException {
        Code code = new Code().global("torch._utils", "_rebuild_tensor_v3").op(Op.MARK).storage("ByteStorage", 16).number(1).tuple(1).tuple(1)
                .op(Op.NEWFALSE, Op.NONE).global("torch", "int64").op(Op.TUPLE, Op.REDUCE);
        assertEquals(0, TensorIO.load(PtFiles.crafted(folder, code.stop(), 16)).tensor().itemLong());
    }
}
