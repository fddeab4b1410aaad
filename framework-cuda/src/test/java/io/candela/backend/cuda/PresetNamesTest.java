package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.backend.cuda.driver.PresetBlas;
import io.candela.backend.cuda.driver.PresetDnn;
import io.candela.backend.cuda.driver.PresetDriver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is called of JavaCPP's preset is there: its classes, and the native code behind them, which calls NVIDIA's functions by these names. */
class PresetNamesTest {
    private static final Pattern NAME = Pattern.compile("\\x01\\x00[\\x01-\\x7f](cu[a-z]+[A-Z]\\w+)"); // a tag, a length, and the name

    private static byte[] resource(Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    /** Functions that a class and those within it call, told by the names in their constant pools. */
    private static Set<String> calls(Class<?> type, String prefix) throws IOException {
        Set<String> out = new TreeSet<>();
        for (Class<?> c : type.getDeclaredClasses()) {
            out.addAll(calls(c, prefix));
        }
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        Matcher name = NAME.matcher(new String(resource(type, file), StandardCharsets.ISO_8859_1));
        while (name.find()) {
            if (name.group(1).startsWith(prefix)) {
                out.add(name.group(1));
            }
        }
        return out;
    }

    private static void check(Class<?> caller, String prefix, String library, int least) throws IOException {
        byte[] file = resource(caller, "/org/bytedeco/cuda/linux-x86_64/libjni" + library + ".so");
        assumeTrue(file != null, "the preset's native part is not on the class path");
        String text = new String(file, StandardCharsets.ISO_8859_1);
        Set<String> calls = calls(caller, prefix);
        assertTrue(calls.size() >= least, calls.toString());
        for (String call : calls) {
            assertTrue(text.contains("Java_org_bytedeco_cuda_global_" + library + "_" + call.replace("_", "_1")), call);
        }
    }

    @Test
    void cudnn() throws IOException {
        check(PresetDnn.class, "cudnn", "cudnn", 25);
    }

    @Test
    void cublas() throws IOException {
        check(PresetBlas.class, "cublasLt", "cublas", 5);
    }

    @Test
    void runtimeAndDriver() throws IOException {
        check(PresetDriver.class, "cuda", "cudart", 20);
    }

    @Test
    void withoutTheLibraryTheReasonIsASentence() {
        try {
            new PresetDnn();
        } catch (LinkageError | CudaException e) { // a machine without it, or without a GPU
            String reason = Installation.explain(e);
            assertTrue(reason.matches("(there is no NVIDIA driver here|lib\\S+ is missing|cudnnCreate failed|loading CUDA's libraries failed earlier).*"), reason);
        }
        assertEquals("libcudnn_cnn.so.9 is missing; install cuDNN 9 for CUDA 13, or put the folder that has it on LD_LIBRARY_PATH",
                Installation.explain(new UnsatisfiedLinkError("/cache/libjnicudnn.so: libcudnn_cnn.so.9: cannot open shared object file")));
    }
}
