package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.backend.cuda.driver.CudaDriver;
import io.candela.backend.cuda.driver.DeviceProperties;
import io.candela.backend.cuda.driver.PresetDriver;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whatever is missing of CUDA, the reason names it and the remedy. */
class InstallationTest {
    private static String problem(Supplier<CudaDriver> driver) {
        Installation found = Installation.of(driver, () -> null);
        assertNull(found.driver());
        CudaProvider provider = new CudaProvider(found);
        assertEquals(0, provider.deviceCount());
        assertEquals(found.problem(), provider.unusableBecause());
        return found.problem();
    }

    private static Supplier<CudaDriver> failing(Throwable thrown, String cause) {
        return () -> {
            if (cause != null) {
                thrown.initCause(new UnsatisfiedLinkError(cause));
            }
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            throw (Error) thrown;
        };
    }

    private static CudaDriver machine(int count, DeviceProperties properties) {
        return (CudaDriver) Proxy.newProxyInstance(InstallationTest.class.getClassLoader(), new Class<?>[] {CudaDriver.class},
                (proxy, method, arguments) -> method.getName().equals("deviceCount") ? (Object) count : properties);
    }

    private static DeviceProperties device(int major, int minor, int driver) {
        return new DeviceProperties("NVIDIA X", major, minor, 8L << 30, 10, 1024, 48 << 10, driver, 13000);
    }

    @Test
    void classesAreMissing() {
        assertEquals("the class org.bytedeco.cuda.global.cudart is missing; put org.bytedeco:cuda on the class path",
                problem(failing(new NoClassDefFoundError("org/bytedeco/cuda/global/cudart"), null)));
    }

    @Test
    void nativePartIsMissing() {
        assertEquals("jnicudart is missing; put org.bytedeco:cuda with classifier linux-x86_64 on the class path, the only platform so far", problem(
                failing(new UnsatisfiedLinkError("no jnicudart in java.library.path: /lib"),
                        "Could not find jnicudart in class, module, and library paths.")));
    }

    @Test
    void driverIsMissing() {
        assertEquals("there is no NVIDIA driver here (libcuda.so.1 is missing); install it", problem(
                failing(new UnsatisfiedLinkError("no jnicudart in java.library.path: /lib"),
                        "/cache/libjnicudart.so: libcuda.so.1: cannot open shared object file: No such file or directory")));
    }

    @Test
    void librariesAreMissing() {
        assertEquals("libcudart.so.13 is missing; install CUDA 13, or put the folder that has it on LD_LIBRARY_PATH", problem(
                failing(new UnsatisfiedLinkError("no jnicudart in java.library.path: /lib"),
                        "/cache/libjnicudart.so: libcudart.so.13: cannot open shared object file: No such file or directory")));
        assertEquals("CUDA's libraries cannot be loaded: java.lang.UnsatisfiedLinkError: odd", problem(failing(new UnsatisfiedLinkError("odd"), null)));
        assertEquals("CUDA's libraries cannot be loaded: java.lang.IllegalStateException: odd", problem(failing(new IllegalStateException("odd"), null)));
    }

    @Test
    void aCompilerThatIsMissingCountsToo() {
        Installation found = Installation.of(() -> machine(1, device(9, 0, 13000)), () -> {
            throw new UnsatisfiedLinkError("/cache/libjninvrtc.so: libnvrtc.so.13: cannot open shared object file");
        });
        assertEquals("libnvrtc.so.13 is missing; install CUDA 13, or put the folder that has it on LD_LIBRARY_PATH", found.problem());
    }

    @Test
    void thereIsNoDevice() {
        assertEquals("there is no NVIDIA GPU in this machine, or none is visible (see CUDA_VISIBLE_DEVICES)", problem(() -> machine(0, null)));
        assertEquals("cudaGetDeviceCount failed: cudaErrorInsufficientDriver (35): too old", problem(
                failing(new CudaException("cudaGetDeviceCount failed: cudaErrorInsufficientDriver (35): too old"), null)));
    }

    @Test
    void devicesAreTooOld() {
        assertEquals("NVIDIA X has compute capability 6.1, CUDA 13 needs 7.5 or later", problem(() -> machine(1, device(6, 1, 13000))));
        assertEquals("NVIDIA's driver is for CUDA 12.4, CUDA 13 needs version 580 or later of it; update it",
                problem(() -> machine(1, device(9, 0, 12040))));
    }

    @Test
    void allIsThere() {
        SimulatedDriver driver = new SimulatedDriver(2, 1 << 20, false);
        CudaProvider provider = new CudaProvider(Installation.of(() -> driver, HostKernels::new));
        assertNull(provider.unusableBecause());
        assertEquals(2, provider.deviceCount());
        assertSame(provider.backend(1), provider.backend(1));
        assertEquals("cuda:1", provider.backend(1).device().toString());
    }

    /** Of the machine that runs this, whatever it has. */
    @Test
    void theMachineItself() {
        Installation found = Installation.of(PresetDriver::new, HostKernels::new);
        if (found.problem() == null) {
            assertTrue(found.driver().deviceCount() > 0);
        } else {
            assertTrue(found.problem().matches(".*(missing|there is no|needs|failed).*"), found.problem());
            assertNotNull(Installation.of(PresetDriver::new, HostKernels::new).problem(), "asked twice, the JVM says less");
        }
    }
}
