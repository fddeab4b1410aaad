package io.candela.backend.cuda;

import io.candela.backend.cpu.SharedMemory;
import io.candela.backend.cuda.driver.CopyKind;
import io.candela.tensor.Storage;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Copies between a device and Java's buffers, by way of pinned memory. */
final class Transfers {
    private Transfers() {}

    /** Copies what remains in {@code source} to a device address; done for {@code source} on return, for the device in the stream's order. */
    static void upload(CudaDevice device, Buffer source, long target) {
        CudaThread.current().checkRepeats("a copy from the host");
        long stream = device.enter();
        int width = width(source);
        int perBlock = PinnedMemory.LARGEST / width;
        int n = source.remaining();
        for (int at = 0; at < n; at += perBlock) {
            int count = Math.min(n - at, perBlock);
            PinnedMemory.Block block = device.pinned.take(count * width);
            put(source, source.position() + at, count, block.bytes);
            device.driver.copy(target + (long) at * width, block.address, (long) count * width, CopyKind.TO_DEVICE, stream);
            device.pinned.giveBackAfter(block, stream);
        }
    }

    /** Copies from a device address as much as remains in {@code target}; waits for what was queued before. */
    static void download(CudaDevice device, long source, Buffer target) {
        CudaThread.current().checkRepeats("a copy to the host");
        long stream = device.enter();
        int width = width(target);
        int perBlock = PinnedMemory.LARGEST / width;
        int n = target.remaining();
        PinnedMemory.Block before = null; // copied by the device while the next one is asked for
        int countBefore = 0;
        for (int at = 0; at < n; at += perBlock) {
            int count = Math.min(n - at, perBlock);
            PinnedMemory.Block block = device.pinned.take(count * width);
            device.driver.copy(block.address, source + (long) at * width, (long) count * width, CopyKind.TO_HOST, stream);
            device.pinned.mark(block, stream);
            if (before != null) {
                finish(device, before, target, target.position() + at - perBlock, countBefore);
            }
            before = block;
            countBefore = count;
        }
        if (before != null) {
            finish(device, before, target, target.position() + (n - 1) / perBlock * perBlock, countBefore);
        }
        device.indexErrors.check();
    }

    /**
     * Queues a copy between a device and a tensor's pinned memory. Nobody waits for it here: a pinned source must not change before, the block behind
     * it is not reused before, and a pinned target waits when it is used.
     */
    static void copyPinned(CudaDevice device, Storage host, long hostByte, CudaStorage there, long thereByte, long bytes, boolean toDevice) {
        host.checkUsable();
        there.checkUsable();
        CudaThread.current().checkRepeats("a copy between host and device");
        if (bytes == 0) {
            return;
        }
        long stream = device.enter();
        PinnedTensors.Block block = ((PinnedTensors.Lease) SharedMemory.pinned(host)).block;
        long hostAddress = block.address + hostByte;
        long address = there.address() + thereByte;
        device.driver.copy(toDevice ? address : hostAddress, toDevice ? hostAddress : address, bytes, toDevice ? CopyKind.TO_DEVICE : CopyKind.TO_HOST,
                stream);
        there.usedOn(stream);
        long event = block.usedOn(device, stream);
        if (!toDevice) {
            host.arrivesAfter(() -> {
                device.driver.synchronizeEvent(event);
                device.indexErrors.check();
            });
        }
        Reference.reachabilityFence(host);
        Reference.reachabilityFence(there);
    }

    private static void finish(CudaDevice device, PinnedMemory.Block block, Buffer target, int at, int count) {
        device.pinned.await(block);
        get(block.bytes, target, at, count);
        device.pinned.giveBack(block);
    }

    private static int width(Buffer buffer) {
        return buffer instanceof ByteBuffer ? 1 : buffer instanceof ShortBuffer ? 2 : buffer instanceof FloatBuffer || buffer instanceof IntBuffer ? 4 : 8;
    }

    private static void put(Buffer source, int at, int count, ByteBuffer to) {
        if (source instanceof FloatBuffer f) {
            to.asFloatBuffer().put(0, f, at, count);
        } else if (source instanceof DoubleBuffer d) {
            to.asDoubleBuffer().put(0, d, at, count);
        } else if (source instanceof LongBuffer l) {
            to.asLongBuffer().put(0, l, at, count);
        } else if (source instanceof IntBuffer i) {
            to.asIntBuffer().put(0, i, at, count);
        } else if (source instanceof ShortBuffer h) {
            to.asShortBuffer().put(0, h, at, count);
        } else {
            to.put(0, (ByteBuffer) source, at, count);
        }
    }

    private static void get(ByteBuffer from, Buffer target, int at, int count) {
        if (target instanceof FloatBuffer f) {
            f.put(at, from.asFloatBuffer(), 0, count);
        } else if (target instanceof DoubleBuffer d) {
            d.put(at, from.asDoubleBuffer(), 0, count);
        } else if (target instanceof LongBuffer l) {
            l.put(at, from.asLongBuffer(), 0, count);
        } else if (target instanceof IntBuffer i) {
            i.put(at, from.asIntBuffer(), 0, count);
        } else if (target instanceof ShortBuffer h) {
            h.put(at, from.asShortBuffer(), 0, count);
        } else {
            ((ByteBuffer) target).put(at, from, 0, count);
        }
    }
}
