package io.candela.backend.cuda;

import io.candela.backend.OptimKernels;
import io.candela.backend.cpu.CpuBackend;
import io.candela.backend.cpu.SharedMemory;
import io.candela.tensor.DType;
import io.candela.tensor.DeviceException;
import io.candela.tensor.Storage;
import io.candela.tensor.Tensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Kernels of any group without a GPU's own: the operands are copied to the host, the CPU's kernel runs, and what it changed is copied back. Right,
 * and slow; {@link Cuda#fallbacks} counts the calls. A call that throws leaves everything on the device as it was.
 */
final class HostFallback implements InvocationHandler {
    private static final Map<String, LongAdder> CALLS = new ConcurrentHashMap<>();
    private static final int ALIGNMENT = 64; // of the parts of storages that are copied: any element type fits

    private final CudaDevice device;
    private final Object cpu;

    private HostFallback(CudaDevice device, Object cpu) {
        this.device = device;
        this.cpu = cpu;
    }

    /** The group {@code kernels} on tensors of a device, by the CPU's. */
    static <K> K of(Class<K> kernels, CudaDevice device, K cpu) {
        return kernels.cast(Proxy.newProxyInstance(HostFallback.class.getClassLoader(), new Class<?>[] {kernels}, new HostFallback(device, cpu)));
    }

    /** How often which kernel ran here, since the start or {@link #resetCalls}. */
    static Map<String, Long> calls() {
        Map<String, Long> out = new TreeMap<>();
        CALLS.forEach((name, count) -> out.put(name, count.sum()));
        return out;
    }

    /** Counts a call that did not go the way that it should. */
    static void count(String name) {
        CALLS.computeIfAbsent(name, n -> new LongAdder()).increment();
    }

    static void resetCalls() {
        CALLS.clear();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return method.invoke(this, arguments); // toString and the like
        }
        String kernel = name(method, arguments);
        try (Copies copies = new Copies(device, kernel)) {
            Object[] host = arguments == null ? null : arguments.clone();
            if (cpu instanceof OptimKernels) {
                host[2] = first((Tensor[][]) host[2], (int) host[1]); // what follows may be left from an earlier call
            }
            copies.visitAll(host);
            if (copies.count() > 0) {
                count(kernel);
            }
            Object[] there = host == null ? null : (Object[]) copies.toHost(host);
            Object result;
            try {
                result = method.invoke(cpu, there);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            copies.writeBack();
            return result instanceof Tensor t ? copies.toDevice(t) : result;
        }
    }

    /** Such as {@code unary exp} or {@code matmul}. */
    private static String name(Method method, Object[] arguments) {
        return arguments != null && arguments[0] instanceof Enum<?> e ? method.getName() + ' ' + e.name().toLowerCase(Locale.ROOT) : method.getName();
    }

    private static Tensor[][] first(Tensor[][] roles, int count) {
        Tensor[][] out = new Tensor[roles.length][];
        for (int i = 0; i < out.length; i++) {
            out[i] = Arrays.copyOf(roles[i], count);
        }
        return out;
    }

    /** The parts of storages that a call's tensors reach, on the host. */
    private static final class Copies implements AutoCloseable {
        private final CudaDevice device;
        private final String kernel;
        private final Map<Storage, Part> parts = new IdentityHashMap<>();

        /** Of one storage. */
        private static final class Part {
            long low = Long.MAX_VALUE; // in bytes, as the next one
            long high;
            Storage host;
            ByteBuffer before; // what was copied from the device
        }

        Copies(CudaDevice device, String kernel) {
            this.device = device;
            this.kernel = kernel;
        }

        int count() {
            return parts.size();
        }

        /** Finds out which parts the tensors in an argument, or an array of them, reach. */
        void visitAll(Object argument) {
            if (argument instanceof Tensor t) {
                visit(t);
            } else if (argument instanceof Object[] array) {
                for (Object a : array) {
                    visitAll(a);
                }
            }
        }

        private void visit(Tensor t) {
            if (!t.device().equals(device.device)) {
                throw new DeviceException("%s: %s is on %s, other operands on %s; move one with to(device)", kernel, t.shape(), t.device(), device);
            }
            Part part = parts.computeIfAbsent(CudaStorage.of(t), s -> new Part());
            long low = t.offset();
            long high = t.offset();
            for (int i = 0; i < t.dim(); i++) {
                long reach = (long) t.strides()[i] * (t.size(i) - 1);
                low += Math.min(reach, 0);
                high += Math.max(reach, 0);
            }
            int width = t.dtype().bytes();
            if (t.numel() > 0) {
                part.low = Math.min(part.low, low * width & -ALIGNMENT);
                part.high = Math.max(part.high, (high + 1) * width);
            }
        }

        /** The same argument with tensors on the host. */
        Object toHost(Object argument) {
            if (argument instanceof Tensor t) {
                return toHost(t);
            }
            if (argument instanceof Object[] array) {
                Object[] out = array.clone();
                for (int i = 0; i < out.length; i++) {
                    out[i] = toHost(out[i]);
                }
                return out;
            }
            return argument;
        }

        private Tensor toHost(Tensor t) {
            Part part = parts.get(t.storage());
            if (part.host == null) {
                download((CudaStorage) t.storage(), part);
            }
            int offset = t.numel() == 0 ? 0 : (int) (t.offset() - part.low / t.dtype().bytes());
            return Tensor.over(part.host, t.dtype(), t.shape(), t.strides(), offset);
        }

        private void download(CudaStorage from, Part part) {
            long bytes = part.high == 0 ? 0 : part.high - part.low;
            if (bytes > Integer.MAX_VALUE - ALIGNMENT) {
                throw new CudaOutOfMemoryException("%s: this kernel runs on the CPU, where a tensor holds at most %s; got %s", device,
                        DeviceMemory.text(Integer.MAX_VALUE - ALIGNMENT), DeviceMemory.text(bytes));
            }
            part.host = CpuBackend.INSTANCE.allocate(DType.UINT8, (int) bytes);
            part.before = ByteBuffer.allocateDirect((int) bytes);
            Transfers.download(device, from.address() + part.low, part.before);
            CpuBackend.INSTANCE.upload(part.before, DType.UINT8, part.host, 0);
        }

        /** Copies what was changed to the device. */
        void writeBack() {
            parts.forEach((storage, part) -> {
                ByteBuffer after = SharedMemory.bytes(part.host, 0, part.before.capacity());
                if (after.mismatch(part.before) >= 0) {
                    Transfers.upload(device, after, ((CudaStorage) storage).address() + part.low);
                }
            });
        }

        /** A copy of a contiguous result that the CPU's kernel made. */
        Tensor toDevice(Tensor t) {
            Tensor out = Tensor.empty(t.shape(), t.dtype(), device.device);
            int width = t.dtype().bytes();
            Transfers.upload(device, SharedMemory.bytes(t.storage(), t.offset() * width, t.numel() * width), CudaStorage.address(out));
            return out;
        }

        @Override
        public void close() {
            for (Part part : parts.values()) {
                if (part.host != null) {
                    part.host.release();
                }
            }
        }
    }
}
