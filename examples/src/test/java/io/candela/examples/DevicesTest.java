package io.candela.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.candela.backend.Backend;
import io.candela.backend.BackendProvider;
import io.candela.backend.Backends;
import io.candela.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./candela devices}, and {@code --device} of the commands that train. */
class DevicesTest {
    @TempDir
    private Path folder;

    /** GPUs that only tell of themselves. */
    private record Gpus(int deviceCount, String unusableBecause, Map<String, String> libraries) implements BackendProvider {
        @Override
        public Device.Type type() {
            return Device.Type.CUDA;
        }

        @Override
        public Backend backend(int index) {
            throw new AssertionError("nobody computes here");
        }

        @Override
        public Map<String, Object> about(int index) {
            return ordered("name", "NVIDIA X" + index, "memory", 150_000_000_000L);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> ordered(Object... namesAndValues) {
        Map<String, T> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], (T) namesAndValues[i + 1]);
        }
        return map;
    }

    private static String printed(BackendProvider cuda) {
        StringWriter out = new StringWriter();
        Devices.Report.of(ordered("name", "A processor", "threads", 2), cuda).print(new PrintWriter(out));
        return out.toString();
    }

    private static String json(BackendProvider cuda) throws IOException {
        StringWriter out = new StringWriter();
        Devices.Report.of(ordered("name", "A processor", "threads", 2), cuda).printJson(new PrintWriter(out));
        return out.toString();
    }

    @Test
    void gpusAreListed() throws IOException {
        Gpus two = new Gpus(2, null, ordered("cuBLAS", "13.1.0"));
        assertEquals("""
                cpu
                  name     A processor
                  threads  2
                cuda:0
                  name     NVIDIA X0
                  memory   150.0 GB
                cuda:1
                  name     NVIDIA X1
                  memory   150.0 GB
                libraries of CUDA
                  cuBLAS   13.1.0
                """, printed(two));
        assertEquals("{\"cpu\":{\"name\":\"A processor\",\"threads\":2},\"cuda\":[{\"name\":\"NVIDIA X0\",\"memory\":150000000000},"
                + "{\"name\":\"NVIDIA X1\",\"memory\":150000000000}],\"libraries\":{\"cuBLAS\":\"13.1.0\"}}\n", json(two));
    }

    @Test
    void whatIsMissingIsTold() throws IOException {
        Gpus none = new Gpus(0, "there is no driver; install it", ordered("NVRTC", "libnvrtc.so.13 is missing; install CUDA 13"));
        assertEquals("""
                cpu
                  name     A processor
                  threads  2
                cuda cannot be used: there is no driver; install it
                libraries of CUDA
                  NVRTC    libnvrtc.so.13 is missing; install CUDA 13
                """, printed(none));
        assertTrue(json(none).contains("\"cuda\":[],\"problem\":\"there is no driver; install it\","), json(none));
        assertTrue(printed(null).contains("cuda cannot be used: framework-cuda is not on the class path; CANDELA_CUDA=1 "), printed(null));
    }

    @Test
    void theMachineItself() {
        Cli run = Cli.run("devices");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("cpu", run.lines().get(0));
        assertTrue(run.out().contains("\n  oneDNN "), run.out());
        assertTrue(run.out().contains("\ncuda:0\n") || run.out().contains("\ncuda cannot be used: "), run.out());
        Cli json = Cli.run("devices", "--json");
        assertEquals(1, json.lines().size());
        assertTrue(json.out().startsWith("{\"cpu\":{\"name\":"), json.out());
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        for (String command : new String[] {"iris", "digits"}) {
            Cli odd = Cli.run(command, "--device", "gpu", "--save", folder.resolve("m.pth"));
            assertEquals(2, odd.exitCode());
            assertEquals("candela: --device Device: cannot read 'gpu'; use cpu, cuda or cuda:N\n", odd.err());
            Cli absent = Cli.run(command, "--device", "cuda:99", "--save", folder.resolve("m.pth"));
            assertEquals(2, absent.exitCode());
            assertTrue(absent.err().startsWith("candela: --device cuda:99: "), absent.err());
            assertEquals("", absent.out());
        }
        assertTrue(!Files.exists(folder.resolve("m.pth")));
    }

    /** On a GPU, or a simulated one. */
    @Test
    void irisLearnsTheSameThere() throws IOException {
        assumeTrue(Backends.isUsable(Device.cuda(0)), "there is no GPU, and none can be simulated");
        Cli cpu = Cli.run("iris", "--epochs", 3, "--save", folder.resolve("cpu.pth"));
        Cli gpu = Cli.run("iris", "--epochs", 3, "--save", folder.resolve("gpu.pth"), "--device", "cuda");
        assertEquals("", gpu.err());
        assertEquals(cpu.lastLine(), gpu.lastLine());
        assertEquals(losses(cpu), losses(gpu));
        Path unknown = Files.writeString(folder.resolve("f.csv"), "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n");
        Cli there = Cli.run("iris", "--load", folder.resolve("cpu.pth"), "--predict", unknown, "--device", "cuda:0");
        assertEquals(Cli.run("iris", "--load", folder.resolve("gpu.pth"), "--predict", unknown).out(), there.out());
    }

    @Test
    void digitsLearnThere() {
        assumeTrue(Backends.isUsable(Device.cuda(0)), "there is no GPU, and none can be simulated");
        Cli gpu = Cli.run("digits", "--epochs", 1, "--save", folder.resolve("gpu.pth"), "--device", "cuda:0");
        assertEquals(0, gpu.exitCode(), gpu.err());
        assertTrue(Double.parseDouble(gpu.lastLine().split(" ")[2]) > 0.3, gpu.lastLine()); // by chance 0.1; 0.5 on the CPU
    }

    private static java.util.List<String> losses(Cli run) {
        return run.lines().stream().filter(line -> line.startsWith("epoch ")).map(line -> line.replaceAll(", accuracy.*", "")).toList();
    }
}
