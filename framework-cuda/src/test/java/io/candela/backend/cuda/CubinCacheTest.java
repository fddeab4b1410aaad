package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.backend.cuda.driver.CubinCache;
import io.candela.backend.cuda.driver.KernelCompiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CubinCacheTest {
    @TempDir
    Path folder;

    /** Counts; its images tell what they were made of. */
    private static final class Counting implements KernelCompiler {
        int calls;
        String version = "1";

        @Override
        public byte[] compile(String file, String source, int arch) {
            calls++;
            if (source.equals("bad")) {
                throw new CudaCompileException("bad");
            }
            return (version + source + arch).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String version() {
            return version;
        }
    }

    private final Counting compiler = new Counting();

    private byte[] compile(String source, int arch) {
        return new CubinCache(compiler, folder.resolve("a").resolve("b")).compile("x.cu", source, arch);
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder.resolve("a").resolve("b"))) {
            return all.toList();
        }
    }

    @Test
    void compilesOnceForSourceArchAndVersion() throws IOException {
        byte[] first = compile("a", 90);
        assertArrayEquals(first, compile("a", 90));
        assertEquals(1, compiler.calls);
        compile("b", 90);
        compile("a", 80);
        assertEquals(3, compiler.calls);
        compiler.version = "2";
        assertEquals("2a90", new String(compile("a", 90), StandardCharsets.UTF_8));
        assertEquals(4, compiler.calls);
        assertEquals(4, files().size());
    }

    @Test
    void damagedFilesAreReplaced() throws IOException {
        byte[] whole = compile("a", 90);
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 5, 32, bytes.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            int before = compiler.calls;
            assertArrayEquals(whole, compile("a", 90));
            assertEquals(before + 1, compiler.calls);
            assertArrayEquals(bytes, Files.readAllBytes(file));
        }
    }

    @Test
    void failuresAreNotKept() {
        assertThrows(CudaCompileException.class, () -> compile("bad", 90));
        assertThrows(CudaCompileException.class, () -> compile("bad", 90));
        assertEquals(2, compiler.calls);
    }

    @Test
    void withoutAFolderItCompiles() throws IOException {
        Path blocked = Files.createFile(folder.resolve("file"));
        CubinCache cache = new CubinCache(compiler, blocked.resolve("below"));
        assertArrayEquals(cache.compile("x.cu", "a", 90), cache.compile("x.cu", "a", 90));
        assertEquals(2, compiler.calls);
    }
}
