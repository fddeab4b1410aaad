package io.candela.backend.cuda;

import java.nio.LongBuffer;

/**
 * Indices out of range that kernels found. A kernel cannot throw: it leaves such an element alone, and writes into memory of the host which it
 * was; whoever waits for the device next throws. {@code report.cuh} has the other side.
 */
final class IndexErrors {
    private static final int REMEMBERED = 1024;
    private static final int WORDS = 3; // launch, index, position

    private final CudaDevice device;
    private final Message[] messages = new Message[REMEMBERED]; // of the last launches
    private long launches;
    private long address; // 0 until the first launch
    private LongBuffer words;

    /** What to throw for an index and its position among the indices. */
    interface Message {
        RuntimeException of(long index, long position);
    }

    IndexErrors(CudaDevice device) {
        this.device = device;
    }

    /** Adds the two arguments by which a kernel reports. */
    synchronized Launch addTo(Launch launch, Message message) {
        if (address == 0) {
            device.enter();
            address = device.driver.allocatePinned(WORDS * Long.BYTES);
            words = HostBytes.at(address, WORDS * Long.BYTES).asLongBuffer();
            words.put(0, 0);
        }
        messages[(int) (++launches % REMEMBERED)] = message;
        return launch.address(address).number(launches);
    }

    /** Throws what a kernel reported, once. To be called when the device was waited for. */
    synchronized void check() {
        if (address == 0 || words.get(0) == 0) {
            return;
        }
        long launch = words.get(0);
        long index = words.get(1);
        long position = words.get(2);
        words.put(0, 0);
        if (launches - launch >= REMEMBERED) {
            throw new CudaException("%s: index %d at position %d was out of range, %d kernels ago; CANDELA_CUDA_SYNC=1 in the environment tells where",
                    device, index, position, launches - launch);
        }
        throw messages[(int) (launch % REMEMBERED)].of(index, position);
    }
}
