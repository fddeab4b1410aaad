package io.candela.backend.cuda.driver;

import static org.bytedeco.cuda.global.nvrtc.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE;
import static org.bytedeco.cuda.global.nvrtc.NVRTC_ERROR_COMPILATION;
import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import io.candela.backend.cuda.CudaCompileException;
import io.candela.backend.cuda.CudaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * NVIDIA's run-time compiler. It makes machine code for the device itself, not PTX: of that a newer compiler's is refused by an older driver.
 * Needs no GPU.
 */
public final class Nvrtc implements KernelCompiler {
    private final String version;

    /**
     * Loads the library.
     *
     * @throws LinkageError if it is not there
     */
    public Nvrtc() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check("nvrtcVersion", nvrtcVersion(major, minor));
        version = "nvrtc " + major[0] + '.' + minor[0];
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public byte[] compile(String file, String source, int arch) {
        return compile(file, source, arch, List.of()).image;
    }

    /**
     * What a compilation makes.
     *
     * @param image machine code
     * @param log   what the compiler said, such as warnings; empty if it said nothing
     */
    public record Compiled(byte[] image, String log) {}

    /**
     * Compiles one file, and keeps what the compiler says about it.
     *
     * @param more options beside those for architecture and language
     * @throws CudaCompileException if it does not compile
     */
    public Compiled compile(String file, String source, int arch, List<String> more) {
        List<String> all = new ArrayList<>(List.of("--gpu-architecture=sm_" + arch, "--std=c++17"));
        all.addAll(more);
        try (_nvrtcProgram program = new _nvrtcProgram();
                BytePointer text = new BytePointer(source, StandardCharsets.UTF_8);
                BytePointer name = new BytePointer(file, StandardCharsets.UTF_8);
                PointerPointer<BytePointer> options = new PointerPointer<>(all.toArray(String[]::new))) {
            check("nvrtcCreateProgram", nvrtcCreateProgram(program, text, name, 0, (BytePointer) null, (BytePointer) null));
            try {
                int code = nvrtcCompileProgram(program, all.size(), options);
                if (code == NVRTC_ERROR_COMPILATION) {
                    throw new CudaCompileException("nvrtc: %s does not compile for sm_%d:%n%s", file, arch, log(program));
                }
                check("nvrtcCompileProgram", code);
                return new Compiled(image(program), log(program));
            } finally {
                nvrtcDestroyProgram(program);
            }
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("nvrtcGetProgramLogSize", nvrtcGetProgramLogSize(program, size));
            byte[] log = new byte[(int) size.get()];
            check("nvrtcGetProgramLog", nvrtcGetProgramLog(program, log));
            return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
        }
    }

    private static byte[] image(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("nvrtcGetCUBINSize", nvrtcGetCUBINSize(program, size));
            byte[] image = new byte[(int) size.get()];
            check("nvrtcGetCUBIN", nvrtcGetCUBIN(program, image));
            return image;
        }
    }

    private static void check(String function, int code) {
        if (code == NVRTC_SUCCESS) {
            return;
        }
        // It opens a library of its own version by name, which the dynamic linker finds in its own places alone.
        String remedy = code == NVRTC_ERROR_BUILTIN_OPERATION_FAILURE
                ? "; libnvrtc-builtins was not found: put the folder of libnvrtc on LD_LIBRARY_PATH" : "";
        try (BytePointer text = nvrtcGetErrorString(code)) {
            throw new CudaException("%s failed: %s (%d)%s", function, text == null ? "" : text.getString(), code, remedy);
        }
    }
}
