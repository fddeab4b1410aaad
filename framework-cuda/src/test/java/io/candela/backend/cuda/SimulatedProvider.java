package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BackendProvider;
import io.candela.tensor.Device;
import java.util.Map;

/** In tests two simulated GPUs, {@code cuda:0} and {@code cuda:1}; with {@code -Dcandela.tests.cuda=real} those of the machine instead. */
public final class SimulatedProvider implements BackendProvider {
    private static final long BYTES = 1L << 30;

    private static final class Devices {
        static final SimulatedDriver DRIVER = new SimulatedDriver(2, BYTES, false);
        static final Backend[] BACKENDS = {backend(0), backend(1)};

        private static Backend backend(int index) {
            return new CudaBackend(new CudaDevice(DRIVER, new HostKernels(), index));
        }
    }

    /** The driver behind {@code cuda:0} and {@code cuda:1}. */
    static SimulatedDriver driver() {
        return Devices.DRIVER;
    }

    @Override
    public Device.Type type() {
        return Device.Type.CUDA;
    }

    @Override
    public String unusableBecause() {
        if ("real".equals(System.getProperty("candela.tests.cuda"))) {
            return "the tests are to run on the machine's GPUs";
        }
        return HostKernels.isAvailable() ? null : "the simulation of a GPU needs g++; install it";
    }

    @Override
    public int deviceCount() {
        return 2;
    }

    @Override
    public Map<String, Object> about(int index) {
        return driver().properties(index).about();
    }

    @Override
    public Backend backend(int index) {
        return Devices.BACKENDS[index];
    }
}
