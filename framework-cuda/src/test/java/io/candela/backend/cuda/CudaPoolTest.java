package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.backend.Backend;
import io.candela.backend.PoolKernels;
import io.candela.backend.PoolRegions;
import io.candela.backend.Taps;
import io.candela.ops.Resample;
import io.candela.tensor.DType;
import io.candela.tensor.MemoryFormat;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pooling and resampling against the CPU's, on a simulated device, in both orders of memory. */
class CudaPoolTest {
    private static PoolKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).pool();
    }

    /** Small whole numbers, many of them equal; some are NaN if wanted. */
    private static Tensor data(DType type, long seed, boolean nan, int... dims) {
        Random random = new Random(seed);
        double[] v = new double[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = nan && random.nextInt(40) == 0 ? Double.NaN : random.nextInt(9) - 4;
        }
        return Tensor.of(v, dims).to(type);
    }

    private static Tensor in(Tensor x, boolean last) {
        return last ? x.contiguous(MemoryFormat.CHANNELS_LAST) : x;
    }

    private static Tensor there(Tensor x, boolean last) {
        return in(x.contiguous().to(CUDA), last);
    }

    /** Windows of one kind over two dimensions. */
    private static PoolRegions windows(int[] in, int kernel, int stride, int padding, int dilation) {
        int[] out = {1, 0, 0};
        int[][] start = {{0}, null, null};
        int[][] end = {{1}, null, null};
        int[][] counted = {{1}, null, null};
        for (int d = 1; d < 3; d++) {
            out[d] = (in[d] + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
            start[d] = new int[out[d]];
            end[d] = new int[out[d]];
            counted[d] = new int[out[d]];
            for (int o = 0; o < out[d]; o++) {
                int from = o * stride - padding;
                start[d][o] = from < 0 ? from + (-from + dilation - 1) / dilation * dilation : from;
                end[d][o] = Math.min(from + (kernel - 1) * dilation + 1, in[d]);
                counted[d][o] = kernel;
            }
        }
        return new PoolRegions(2, in, out, start, end, counted, new int[] {1, dilation, dilation}, new int[] {1, kernel, kernel},
                new int[] {1, stride, stride}, new int[] {0, padding, padding});
    }

    /** Windows that share the input evenly, in three dimensions. */
    private static PoolRegions shared(int[] in, int[] out) {
        int[][] start = new int[3][];
        int[][] end = new int[3][];
        int[][] counted = new int[3][];
        for (int d = 0; d < 3; d++) {
            start[d] = new int[out[d]];
            end[d] = new int[out[d]];
            counted[d] = new int[out[d]];
            for (int o = 0; o < out[d]; o++) {
                start[d][o] = o * in[d] / out[d];
                end[d][o] = ((o + 1) * in[d] + out[d] - 1) / out[d];
                counted[d][o] = end[d][o] - start[d][o];
            }
        }
        return new PoolRegions(3, in, out, start, end, counted, new int[] {1, 1, 1}, null, null, null);
    }

    private interface Body {
        void run(String what, DType type, boolean last, PoolRegions regions, int[] in, int[] out);
    }

    private static void forAll(boolean dilated, Body body) {
        int[] plane = {1, 11, 9};
        List<PoolRegions> planes = dilated ? List.of(windows(plane, 3, 2, 1, 1), windows(plane, 2, 1, 0, 3), windows(plane, 3, 4, 1, 2))
                : List.of(windows(plane, 3, 2, 1, 1), windows(plane, 2, 2, 0, 1), windows(plane, 2, 3, 1, 1));
        PoolRegions deep = shared(new int[] {5, 4, 7}, new int[] {3, 4, 2});
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)) {
            for (PoolRegions r : planes) {
                for (boolean last : new boolean[] {false, true}) {
                    body.run(type + " " + Shape.of(r.out()) + " last " + last, type, last, r, new int[] {2, 3, 11, 9}, new int[] {2, 3, r.out()[1], r.out()[2]});
                }
                body.run(type + " unbatched", type, false, r, new int[] {3, 11, 9}, new int[] {3, r.out()[1], r.out()[2]});
            }
            body.run(type + " shared", type, false, deep, new int[] {2, 3, 5, 4, 7}, new int[] {2, 3, 3, 4, 2});
        }
    }

    @Test
    void largestElements() {
        forAll(true, (what, type, last, regions, in, out) -> {
            for (boolean nan : new boolean[] {false, true}) {
                Tensor x = data(type, 1, nan, in);
                DType wide = type.isHalf() ? DType.FLOAT32 : type; // what the CPU takes
                Tensor expected = in(Tensor.zeros(wide, out), last);
                Tensor places = in(Tensor.zeros(DType.INT32, out), last);
                cpu().pool().max(in(x.to(wide), last), regions, expected, places);
                Tensor actual = there(Tensor.zeros(type, out), last);
                Tensor found = there(Tensor.zeros(DType.INT32, out), last);
                device.max(there(x, last), regions, actual, found);
                assertSame(what, expected.to(type), actual, 0);
                assertSame(what + " places", places, found, 0);
                device.max(there(x, last), regions, actual, null);
                assertSame(what + " without places", expected.to(type), actual, 0);

                Tensor g = data(type, 2, false, out);
                Tensor sums = in(Tensor.ones(wide, in), last);
                cpu().pool().spread(in(g.to(wide), last), places, regions, sums);
                Tensor spread = there(Tensor.ones(type, in), last);
                device.spread(there(g, last), found, regions, spread);
                assertSame(what + " spread", sums.to(type), spread, 0);

                cpu().pool().pick(in(x.to(wide), last), places, regions, expected);
                device.pick(there(x, last), found, regions, actual);
                assertSame(what + " picked", expected.to(type), actual, 0);
            }
        });
    }

    @Test
    void averages() {
        forAll(false, (what, type, last, regions, in, out) -> {
            for (int divisor : new int[] {0, 7}) {
                Tensor x = data(type, 1, false, in);
                Tensor expected = in(Tensor.zeros(DType.FLOAT64, out), last);
                cpu().pool().average(in(x.to(DType.FLOAT64), last), regions, divisor, expected);
                Tensor actual = there(Tensor.zeros(type, out), last);
                device.average(there(x, last), regions, divisor, actual);
                assertSame(what, expected.to(type), actual, 2);
                Tensor g = data(type, 2, false, out);
                Tensor sums = in(Tensor.ones(DType.FLOAT64, in), last);
                cpu().pool().averageGrad(in(g.to(DType.FLOAT64), last), regions, divisor, sums);
                Tensor spread = there(Tensor.ones(type, in), last);
                device.averageGrad(there(g, last), regions, divisor, spread);
                assertSame(what + " gradient", sums.to(type), spread, 4, true);
            }
        });
    }

    @Test
    void dimensionsAreResampled() {
        Taps taps = new Taps(9, new int[] {0, 2, 2, 5, 6}, new int[] {0, 1, 8, 3, 3, 5}, new double[] {0.5, 0.25, 1, 2, -1, 0.1});
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (boolean last : new boolean[] {false, true}) {
                for (int dim = 2; dim < 4; dim++) {
                    int[] in = dim == 2 ? new int[] {2, 3, 9, 5} : new int[] {2, 3, 5, 9};
                    int[] out = dim == 2 ? new int[] {2, 3, 4, 5} : new int[] {2, 3, 5, 4};
                    Tensor x = data(type, 1, false, in);
                    Tensor expected = in(Tensor.ones(type, out), last);
                    cpu().pool().resample(in(x, last), dim, taps, expected);
                    Tensor actual = there(Tensor.ones(type, out), last);
                    device.resample(there(x, last), dim, taps, actual);
                    assertSame(type + " " + dim + " " + last, expected, actual, 1);
                    Tensor back = in(Tensor.ones(type, in), last);
                    cpu().pool().resample(expected, dim, taps.transposed(), back);
                    Tensor backThere = there(Tensor.ones(type, in), last);
                    device.resample(actual, dim, taps.transposed(), backThere);
                    assertSame(type + " transposed " + dim + " " + last, back, backThere, 2);
                }
            }
        }
    }

    @Test
    void integersArePickedByIndex() {
        for (DType type : new DType[] {DType.UINT8, DType.INT64, DType.FLOAT32}) {
            Tensor x = Tensor.arange(24).view(1, 2, 3, 4).to(type);
            Tensor there = Resample.pick("pad", x.to(CUDA), 2, 2, 0, 1, 2, 1);
            assertEquals(CUDA, there.device());
            assertSame("pick " + type, Resample.pick("pad", x, 2, 2, 0, 1, 2, 1), there, 0);
        }
    }
}
