package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.nn.Linear;
import io.candela.optim.SGD;
import io.candela.tensor.Device;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs where parts of CUDA are missing: processes of their own, with class paths that lack them. */
class AbsenceTest {
    @TempDir
    private Path folder;

    /** Asks for GPUs in every way, twice, and then works without. */
    public static void main(String[] arguments) {
        for (int i = 0; i < 2; i++) {
            System.out.println(Cuda.isAvailable() + " " + Cuda.deviceCount() + " " + Cuda.whyUnavailable());
            try {
                Tensor.ones(2).to(Device.cuda(0));
            } catch (DeviceException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
        Linear model = new Linear(3, 2);
        SGD optimizer = new SGD(model.parameters(), 0.1);
        model.forward(Tensor.ones(4, 3)).sum().backward();
        optimizer.step();
        System.out.println("trained on " + model.weight().device());
    }

    private List<String> run(String classPath) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Dcandela.tests.cuda=real", "-cp", classPath, AbsenceTest.class.getName()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        List<String> lines;
        int code = p.waitFor();
        lines = Files.readAllLines(log);
        assertEquals(0, code, lines.toString());
        return lines;
    }

    /** The class path without the preset, in Maven's repository or any folder of jars. */
    private static String withoutPreset() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches("cuda-\\d.*\\.jar")).collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void withoutThePresetsClasses() throws IOException, InterruptedException {
        List<String> lines = run(withoutPreset());
        String why = lines.get(0).replace("false 0 ", "");
        assertTrue(why.matches("cuda:0: the class org\\.bytedeco\\.cuda\\.[\\w.]+ is missing; put org\\.bytedeco:cuda on the class path"), why);
        assertEquals(List.of("false 0 " + why, "refused: " + why, "false 0 " + why, "refused: " + why, "trained on cpu"), lines);
    }

    @Test
    void withAProviderThatCannotBeLoaded() throws IOException, InterruptedException {
        Path services = Files.createDirectories(folder.resolve("broken/META-INF/services"));
        Files.writeString(services.resolve("io.candela.backend.BackendProvider"), "nowhere.Provider\n");
        List<String> lines = run(folder.resolve("broken") + File.pathSeparator + withoutPreset());
        assertEquals(5, lines.size(), lines.toString());
        assertTrue(lines.get(0).endsWith("put org.bytedeco:cuda on the class path"), "the others are found: " + lines);
        assertEquals("trained on cpu", lines.get(4));
    }
}
