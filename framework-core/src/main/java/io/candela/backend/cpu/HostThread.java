package io.candela.backend.cpu;

import io.candela.tensor.ThreadContext;

/** What the CPU backend keeps per thread: the slab that small storages are cut from, and heap blocks in which kernels compute. */
final class HostThread {
    /** Elements per heap block: three operands of doubles stay within the first-level cache. */
    static final int BLOCK = 1024;
    /** Storages up to this size share slabs; larger ones get a pooled block of their own. */
    static final int SLAB_LIMIT = 2 << 10;
    private static final int FIRST_SLAB = 64 << 10;
    private static final int LAST_SLAB = 1 << 20;
    private static final int SLOTS = 10;

    final ThreadContext context;
    private float[][] floats = new float[SLOTS][];
    private double[][] doubles = new double[SLOTS][];
    private final int[][] ints = new int[SLOTS][];
    private final long[][] longs = new long[SLOTS][];
    private final float[][] large = new float[4][];
    private int[] largeInts = {};
    private Dnn dnn; // null until the first large kernel
    private FloatActivations math; // null until the first function
    private Casts casts; // null until the first element of another type
    private HostBlock exchange; // null until the first use
    private HostBlock numbers; // likewise
    private HostBlock nativeScratch; // likewise
    private HostPool.Lease slab;
    private int slabPosition;
    private int nextSlab = FIRST_SLAB; // grows, so that a thread with one tensor does not take a whole MiB
    final byte[] bytes = new byte[BLOCK];
    private byte[] moreBytes;
    private byte[] largeBytes = {};

    private HostThread(ThreadContext context) {
        this.context = context;
    }

    static HostThread current() {
        return of(ThreadContext.current());
    }

    static HostThread of(ThreadContext context) {
        HostThread local = (HostThread) context.hostLocal;
        if (local == null) {
            local = new HostThread(context);
            context.hostLocal = local;
        }
        return local;
    }

    HostStorage allocate(long bytes) {
        if (bytes > SLAB_LIMIT) {
            HostPool.Lease lease = HostPool.INSTANCE.lease(bytes);
            HostStorage storage = new HostStorage(lease, lease.block, 0, bytes, true);
            context.allocated(storage, true);
            return storage;
        }
        int rounded = (int) bytes + HostBlock.ALIGNMENT - 1 & -HostBlock.ALIGNMENT;
        if (slab == null || slabPosition + rounded > slab.block.capacity) {
            slab = HostPool.INSTANCE.leaseSlab(nextSlab);
            slabPosition = 0;
            nextSlab = Math.min(nextSlab * 2, LAST_SLAB);
        }
        HostStorage storage = new HostStorage(slab, slab.block, slabPosition, bytes, false);
        slabPosition += rounded;
        context.allocated(storage, false);
        return storage;
    }

    /** oneDNN for this thread; loads the library at the first call in the process. */
    Dnn dnn() {
        Dnn d = dnn;
        return d != null ? d : (dnn = new Dnn());
    }

    /** Functions in vectors, with their scratch memory. */
    FloatActivations math() {
        FloatActivations m = math;
        return m != null ? m : (math = new FloatActivations());
    }

    /** Conversions between element types, with their scratch memory. */
    Casts casts() {
        Casts c = casts;
        return c != null ? c : (casts = new Casts(exchange()));
    }

    /** Native memory for {@link #BLOCK} floats, which are written here and read as ints, or the other way: HotSpot makes no vectors of such casts. */
    HostBlock exchange() {
        HostBlock b = exchange;
        return b != null ? b : (exchange = new HostBlock(BLOCK * Float.BYTES));
    }

    /** Native memory for a few numbers that a native kernel reads. */
    HostBlock numbers() {
        HostBlock b = numbers;
        return b != null ? b : (numbers = new HostBlock(4 * HostBlock.ALIGNMENT));
    }

    /** Native memory of at least {@code bytes} bytes, for what a native kernel leaves to the next. */
    HostBlock scratchBlock(int bytes) {
        HostBlock b = nativeScratch;
        if (b == null || b.capacity < bytes) {
            b = new HostBlock(bytes);
            nativeScratch = b;
        }
        return b;
    }

    /** Heap block number {@code slot}, of {@link #BLOCK} floats. */
    float[] floats(int slot) {
        float[] b = floats[slot];
        return b != null ? b : (floats[slot] = new float[BLOCK]);
    }

    /** All heap blocks of floats. */
    float[][] floats() {
        if (floats[SLOTS - 1] == null) {
            floats = new float[SLOTS][BLOCK];
        }
        return floats;
    }

    /** All heap blocks of doubles. */
    double[][] doubles() {
        if (doubles[SLOTS - 1] == null) {
            doubles = new double[SLOTS][BLOCK];
        }
        return doubles;
    }

    /** Heap block number {@code slot}, of {@link #BLOCK} doubles. */
    double[] doubles(int slot) {
        double[] b = doubles[slot];
        return b != null ? b : (doubles[slot] = new double[BLOCK]);
    }

    /** Heap block number {@code slot}, of {@link #BLOCK} ints. */
    int[] ints(int slot) {
        int[] b = ints[slot];
        return b != null ? b : (ints[slot] = new int[BLOCK]);
    }

    /** Heap block number {@code slot}, of {@link #BLOCK} longs. */
    long[] longs(int slot) {
        long[] b = longs[slot];
        return b != null ? b : (longs[slot] = new long[BLOCK]);
    }

    /** A second block beside {@link #bytes}. */
    byte[] moreBytes() {
        return moreBytes != null ? moreBytes : (moreBytes = new byte[BLOCK]);
    }

    /** A heap array of at least {@code size} floats, for small matrices; number {@code slot} of four. */
    float[] scratch(int slot, int size) {
        float[] b = large[slot];
        if (b == null || b.length < size) {
            b = new float[Math.max(size, 1024)];
            large[slot] = b;
        }
        return b;
    }

    /** A heap array of at least {@code size} bytes. */
    byte[] scratchBytes(int size) {
        if (largeBytes.length < size) {
            largeBytes = new byte[size];
        }
        return largeBytes;
    }

    /** A heap array of at least {@code size} ints. */
    int[] scratchInts(int size) {
        if (largeInts.length < size) {
            largeInts = new int[size];
        }
        return largeInts;
    }
}
