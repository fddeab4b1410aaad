package io.candela.backend.cuda;

import io.candela.backend.Backend;
import io.candela.backend.BackendProvider;
import io.candela.backend.cuda.driver.CubinCache;
import io.candela.backend.cuda.driver.Nvrtc;
import io.candela.backend.cuda.driver.PresetDriver;
import io.candela.tensor.Device;
import java.util.Map;

/** The GPUs of this machine. What they need is looked for once, when first somebody asks. */
public final class CudaProvider implements BackendProvider {
    private final Installation installation;
    private final CudaBackend[] backends;

    /** Looks for NVIDIA's driver and compiler on this machine. */
    public CudaProvider() {
        // Lambdas, not references to constructors: what they name is looked for when they are called, where a failure is a reason, not a crash.
        this(Installation.of(() -> new PresetDriver(), () -> CubinCache.ofUser(new Nvrtc())));
    }

    CudaProvider(Installation installation) {
        this.installation = installation;
        this.backends = new CudaBackend[installation.problem() == null ? installation.driver().deviceCount() : 0];
    }

    @Override
    public Device.Type type() {
        return Device.Type.CUDA;
    }

    @Override
    public String unusableBecause() {
        return installation.problem();
    }

    @Override
    public int deviceCount() {
        return backends.length;
    }

    @Override
    public Map<String, Object> about(int index) {
        return installation.driver().properties(index).about();
    }

    @Override
    public Map<String, String> libraries() {
        return Libraries.versions();
    }

    @Override
    public Backend backend(int index) {
        synchronized (backends) {
            if (backends[index] == null) {
                backends[index] = new CudaBackend(new CudaDevice(installation.driver(), installation.compiler(), index));
            }
            return backends[index];
        }
    }
}
