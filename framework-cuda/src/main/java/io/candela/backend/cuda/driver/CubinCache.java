package io.candela.backend.cuda.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Keeps what a compiler made in a folder, by the source's hash, the device's kind and the compiler's version: a program's second start compiles
 * nothing. Several processes may share the folder. Where it cannot be written or read, or a file was damaged, the compiler is asked.
 */
public final class CubinCache implements KernelCompiler {
    private static final int HASH = 32; // bytes of SHA-256

    private final KernelCompiler compiler;
    private final Path folder;

    /**
     * A cache in front of a compiler.
     *
     * @param folder is made when it is first needed
     */
    public CubinCache(KernelCompiler compiler, Path folder) {
        this.compiler = compiler;
        this.folder = folder;
    }

    /** A cache in the user's folder for such: {@code candela/kernels} in {@code XDG_CACHE_HOME}, or else in {@code .cache} at home. */
    public static CubinCache ofUser(KernelCompiler compiler) {
        String set = System.getenv("XDG_CACHE_HOME");
        Path caches = set == null || set.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(set);
        return new CubinCache(compiler, caches.resolve("candela").resolve("kernels"));
    }

    @Override
    public String version() {
        return compiler.version();
    }

    @Override
    public boolean prefersWholeFiles() {
        return compiler.prefersWholeFiles();
    }

    @Override
    public byte[] compile(String file, String source, int arch) {
        String key = HexFormat.of().formatHex(sha256((compiler.version() + '\n' + arch + '\n' + source).getBytes(StandardCharsets.UTF_8)));
        Path path = folder.resolve(key + ".cubin");
        byte[] kept = read(path);
        if (kept != null) {
            return kept;
        }
        byte[] image = compiler.compile(file, source, arch);
        write(path, image);
        return image;
    }

    /** The image in a file; null if there is none or its hash, which stands in front, is not the image's. */
    private static byte[] read(Path path) {
        try {
            byte[] all = Files.readAllBytes(path);
            byte[] image = all.length < HASH ? new byte[0] : Arrays.copyOfRange(all, HASH, all.length);
            return all.length > HASH && Arrays.equals(sha256(image), Arrays.copyOf(all, HASH)) ? image : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Writes another file first, and gives it the name at once: a reader never sees half of it. */
    private void write(Path path, byte[] image) {
        Path scratch = null;
        try {
            Files.createDirectories(folder);
            scratch = Files.createTempFile(folder, "new", ".tmp");
            byte[] all = Arrays.copyOf(sha256(image), HASH + image.length);
            System.arraycopy(image, 0, all, HASH, image.length);
            Files.write(scratch, all);
            Files.move(scratch, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            delete(scratch); // the next program compiles again: slower, nothing else
        }
    }

    private static void delete(Path scratch) {
        try {
            if (scratch != null) {
                Files.deleteIfExists(scratch);
            }
        } catch (IOException e) {
            // it stays, in a folder of things that may be deleted
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java has it
        }
    }
}
