package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * oneDNN for one thread: a stream, and primitives kept with their memory descriptions and arguments. Building one takes about 15 us, running
 * one under 1 us, so that none is built twice; a call swaps addresses only.
 *
 * <p>oneDNN runs each primitive on the calling thread alone. {@link Workers} splits large work before: OpenMP's threads would spin against
 * ours for about a millisecond after every call.
 */
final class Dnn {
    private static final int MOST_PRIMITIVES = 512;

    /** Loads the library at the first large kernel, once per process. */
    private static final class Library {
        static final engine ENGINE; // null if it cannot be loaded
        static final com.sun.jna.Function SET_THREADS; // null where oneDNN was not built with OpenMP
        static final Throwable PROBLEM; // why it cannot be loaded, or null

        static {
            liftMemoryLimit();
            engine loaded = null;
            com.sun.jna.Function setThreads = null;
            Throwable problem = null;
            try {
                String file = Loader.load(org.bytedeco.dnnl.global.dnnl.class);
                loaded = new engine(engine.kind.cpu, 0);
                setThreads = openMpThreads(file);
            } catch (LinkageError e) {
                problem = e;
            }
            ENGINE = loaded;
            SET_THREADS = setThreads;
            PROBLEM = problem;
        }

        static void check() {
            if (PROBLEM != null) {
                UnsatisfiedLinkError missing = new UnsatisfiedLinkError("oneDNN: its native library for platform " + Loader.getPlatform()
                        + " cannot be loaded; add org.bytedeco:dnnl and org.bytedeco:opencl with classifier " + Loader.getPlatform()
                        + " to the class path");
                missing.initCause(PROBLEM);
                throw missing;
            }
        }

        /** OpenMP's thread setting has no JavaCPP binding. Looked up through oneDNN's own file, so that it is the copy that oneDNN uses. */
        private static com.sun.jna.Function openMpThreads(String binding) {
            try (Stream<Path> files = Files.list(Path.of(binding).getParent())) {
                Path library = files.filter(p -> p.getFileName().toString().matches("(lib)?dnnl\\..*")).findFirst().orElse(null);
                return library == null ? null : NativeLibrary.getInstance(library.toString()).getFunction("omp_set_num_threads");
            } catch (java.io.IOException | LinkageError e) {
                return null;
            }
        }
    }

    /** To be called before JavaCPP's first class is used: its limit on the process's size (4 x heap) counts memory that is not its own. */
    static void liftMemoryLimit() {
        if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null // whoever set one keeps it
                && System.getProperty("org.bytedeco.javacpp.maxphysicalbytes") == null) {
            System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        }
    }

    private final stream stream;
    private final Address address = new Address();
    private final Map<Object, Primitive> primitives = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Primitive> eldest) {
            return size() > MOST_PRIMITIVES; // its native parts go with their JavaCPP objects
        }
    };

    /** @throws UnsatisfiedLinkError if there is no library for this platform */
    Dnn() {
        Library.check();
        stream = new stream(Library.ENGINE);
        if (Library.SET_THREADS != null) {
            Library.SET_THREADS.invokeVoid(new Object[] {1});
        }
    }

    /** The engine: the processor. */
    static engine engine() {
        return Library.ENGINE;
    }

    /** The primitive for a key, built at its first use on this thread. Keys are records of everything the primitive depends on. */
    Primitive primitive(Object key, Supplier<Primitive> build) {
        Primitive p = primitives.get(key);
        if (p == null) {
            p = build.get();
            primitives.put(key, p);
        }
        return p;
    }

    /** A primitive with a memory object per argument, whose addresses are set at each run. */
    static class Primitive {
        private final primitive primitive;
        private final memory[] memories;
        private final dnnl_exec_arg_t args;
        private final String name;

        /**
         * Prepares a run.
         *
         * @param ids   oneDNN's argument numbers
         * @param descs the layout of each argument
         */
        Primitive(String name, primitive primitive, int[] ids, memory.desc... descs) {
            this.name = name;
            this.primitive = primitive;
            this.memories = new memory[ids.length];
            this.args = new dnnl_exec_arg_t(ids.length);
            for (int i = 0; i < ids.length; i++) {
                memories[i] = new memory(descs[i], Library.ENGINE, new Pointer());
                args.position(i).arg(ids[i]).memory(memories[i].get());
            }
            args.position(0);
        }
    }

    /** Runs a primitive on these addresses, one per argument, in the order it was built with. */
    void run(Primitive p, long... addresses) {
        for (int i = 0; i < addresses.length; i++) {
            dnnl_memory_set_data_handle(p.memories[i].get(), address.at(addresses[i]));
        }
        int status = dnnl_primitive_execute(p.primitive.get(), stream.get(), addresses.length, p.args);
        if (status != dnnl_success) {
            throw new IllegalStateException("oneDNN: " + p.name + " failed with status " + status);
        }
    }

    /** A pointer that is moved about, so that a call makes no garbage. */
    private static final class Address extends Pointer {
        Address at(long a) {
            address = a;
            return this;
        }
    }
}
