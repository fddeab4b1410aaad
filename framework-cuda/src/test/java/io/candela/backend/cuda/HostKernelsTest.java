package io.candela.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The test bed itself: barriers, shuffles and shared memory do what CUDA says, and what CUDA leaves undefined fails in words. */
class HostKernelsTest {
    private static final String SOURCE = """
            extern "C" __global__ void where(int* out) {
                int i = ((blockIdx.y * gridDim.x + blockIdx.x) * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
                out[i] = i;
            }
            extern "C" __global__ void reverse(const int* x, int* out) {
                __shared__ int row[256];
                row[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
                __syncthreads();
                out[blockIdx.x * blockDim.x + threadIdx.x] = row[blockDim.x - 1 - threadIdx.x];
            }
            extern "C" __global__ void racing(int* out) {
                __shared__ int row[256];
                row[threadIdx.x] = threadIdx.x;
                out[blockIdx.x * blockDim.x + threadIdx.x] = row[blockDim.x - 1 - threadIdx.x];
            }
            extern "C" __global__ void sums(const int* x, int* out, int n) {
                extern __shared__ int parts[];
                int sum = 0;
                for (int i = threadIdx.x; i < n; i += blockDim.x) {
                    sum += x[i];
                }
                for (int d = 16; d > 0; d /= 2) {
                    sum += __shfl_down_sync(0xFFFFFFFFu, sum, d);
                }
                if (threadIdx.x % 32 == 0) {
                    parts[threadIdx.x / 32] = sum;
                }
                __syncthreads();
                if (threadIdx.x >= 32) {
                    return;
                }
                sum = threadIdx.x < blockDim.x / 32 ? parts[threadIdx.x] : 0;
                for (int d = 16; d > 0; d /= 2) {
                    sum += __shfl_xor_sync(0xFFFFFFFFu, sum, d);
                }
                unsigned odd = __ballot_sync(0xFFFFFFFFu, threadIdx.x & 1);
                if (threadIdx.x == 0) {
                    out[0] = sum;
                    out[1] = (int) odd;
                }
            }
            extern "C" __global__ void diverging(int* out) {
                if (threadIdx.x == 0) {
                    __syncthreads();
                } else {
                    out[threadIdx.x] = 1;
                    __syncthreads();
                }
            }
            extern "C" __global__ void forgetful(int* out) {
                if (threadIdx.x < 16) {
                    return;
                }
                out[threadIdx.x] = __shfl_down_sync(0xFFFFFFFFu, (int) threadIdx.x, 1);
            }
            extern "C" __global__ void stuck(int* out) {
                if (threadIdx.x == 0) {
                    __syncwarp();
                }
                out[threadIdx.x] = 1;
                __syncthreads();
            }
            extern "C" __global__ void greedy(int) {
                extern __shared__ char bytes[];
                bytes[threadIdx.x] = 1;
            }
            """;

    private static HostKernels.Module module;

    @BeforeAll
    static void compile() {
        Assumptions.assumeTrue(HostKernels.isAvailable(), "needs g++");
        module = HostKernels.load(new HostKernels().compile("bed.cu", SOURCE, 0));
    }

    /** Arguments as CUDA wants them: pointers to values. */
    private static Memory pack(Object... values) {
        Memory block = new Memory(values.length * 16L);
        for (int i = 0; i < values.length; i++) {
            long at = values.length * 8L + i * 8L;
            if (values[i] instanceof Memory m) {
                block.setPointer(at, m);
            } else {
                block.setInt(at, (Integer) values[i]);
            }
            block.setPointer(i * 8L, block.share(at));
        }
        return block;
    }

    private static void launch(String kernel, int grid, int threads, int shared, Object... values) {
        Memory arguments = pack(values);
        module.kernel(kernel).launch(grid, 1, 1, threads, 1, 1, shared, com.sun.jna.Pointer.nativeValue(arguments));
    }

    private static String failure(String kernel, int threads, int shared, Object... values) {
        return assertThrows(CudaException.class, () -> launch(kernel, 2, threads, shared, values)).getMessage();
    }

    @Test
    void everyThreadRunsOnce() {
        Memory out = new Memory(4 * 2 * 3 * 8 * 4);
        Memory arguments = pack(out);
        module.kernel("where").launch(2, 3, 1, 8, 4, 1, 0, com.sun.jna.Pointer.nativeValue(arguments));
        for (int i = 0; i < 2 * 3 * 8 * 4; i++) {
            assertEquals(i, out.getInt(4L * i));
        }
    }

    @Test
    void barriersSeparateWritesFromReads() {
        Memory x = new Memory(4 * 1024);
        Memory out = new Memory(4 * 1024);
        for (int i = 0; i < 1024; i++) {
            x.setInt(4L * i, i);
        }
        launch("reverse", 4, 256, 0, x, out);
        for (int i = 0; i < 1024; i++) {
            assertEquals(i / 256 * 256 + 255 - i % 256, out.getInt(4L * i));
        }
    }

    @Test
    void aMissingBarrierShows() {
        Memory out = new Memory(4 * 512);
        launch("racing", 2, 256, 0, out);
        boolean wrong = false;
        for (int i = 0; i < 512; i++) {
            wrong |= out.getInt(4L * i) != 255 - i % 256;
        }
        assertTrue(wrong);
    }

    @Test
    void shufflesAndBallots() {
        Memory x = new Memory(4 * 1000);
        Memory out = new Memory(8);
        for (int i = 0; i < 1000; i++) {
            x.setInt(4L * i, i);
        }
        launch("sums", 1, 128, 4 * 4, x, out, 1000);
        assertEquals(999 * 1000 / 2, out.getInt(0));
        assertEquals(0xAAAAAAAA, out.getInt(4));
    }

    @Test
    void whatIsUndefinedFails() {
        Memory out = new Memory(4 * 64);
        assertTrue(failure("diverging", 64, 0, out).contains("diverging: threads of a block wait at different barriers"));
        assertTrue(failure("forgetful", 32, 0, out).contains("forgetful: the mask of a warp operation names a lane that has ended, in thread (16, 0, 0) of block (0, 0, 0)"));
        assertTrue(failure("stuck", 64, 0, out).contains("stuck: deadlock"));
        assertTrue(failure("greedy", 64, 60, 0).contains("writes behind its 60 bytes of dynamic shared memory"));
        launch("reverse", 1, 64, 0, out, new Memory(4 * 64)); // and the bed goes on
    }

    @Test
    void unknownNamesAndBadSourceFail() {
        assertTrue(assertThrows(CudaException.class, () -> module.kernel("nothing")).getMessage().contains("nothing: there is no kernel"));
        String log = assertThrows(CudaCompileException.class, () -> new HostKernels().compile("bad.cu", "int x = ;", 0)).getMessage();
        assertTrue(log.contains("bad.cu:1"), log);
    }
}
