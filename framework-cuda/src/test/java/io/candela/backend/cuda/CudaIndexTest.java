package io.candela.backend.cuda;

import static io.candela.backend.cuda.KernelCheck.CUDA;
import static io.candela.backend.cuda.KernelCheck.assertSame;
import static io.candela.backend.cuda.KernelCheck.cpu;
import static io.candela.backend.cuda.KernelCheck.data;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.candela.backend.Backend;
import io.candela.backend.IndexKernels;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Elements by index, and sorting, against the CPU's, on a simulated device. */
class CudaIndexTest {
    private static IndexKernels device;

    @BeforeAll
    static void find() {
        Assumptions.assumeTrue(io.candela.backend.Backends.isUsable(CUDA), "needs g++");
        device = Backend.of(Tensor.zeros(1).to(CUDA)).index();
    }

    private static Tensor index(int bound, long seed, int... dims) {
        Random random = new Random(seed);
        long[] v = new long[Shape.of(dims).numel()];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextInt(bound);
        }
        return Tensor.of(v, dims);
    }

    /** Numbers whose sums are the same in every order of rounding. */
    private static Tensor small(DType type, long seed, int... dims) {
        Tensor t = index(7, seed, dims).sub(3);
        return type == DType.UINT8 || type == DType.BOOL ? t.abs().to(type) : t.to(type);
    }

    private static void same(String what, Tensor expected, Tensor actual) {
        assertSame(what, expected, actual, 0);
    }

    @Test
    void rowsAreSelected() {
        for (DType type : DType.values()) {
            for (int width : new int[] {1, 3, 16, 37}) {
                Tensor x = data(type, 1, 9, width);
                Tensor index = index(9, 2, 20);
                Tensor expected = Tensor.zeros(type, 20, width);
                cpu().index().selectRows("select", x, index, expected);
                Tensor actual = Tensor.zeros(type, 20, width).to(CUDA);
                device.selectRows("select", x.to(CUDA), index.to(CUDA), actual);
                same(type + " " + width, expected, actual);
                Tensor off = data(type, 1, 10, width);
                Tensor tail = off.narrow(0, 1, 9);
                cpu().index().selectRows("select", tail, index, expected);
                device.selectRows("select", off.to(CUDA).narrow(0, 1, 9), index.to(DType.INT32).to(CUDA), actual);
                same(type + " " + width + " one off", expected, actual);
            }
        }
        Tensor x = data(DType.FLOAT32, 1, 4, 5);
        Tensor expected = Tensor.zeros(2, 3);
        cpu().index().selectRows("select", x.t().narrow(1, 0, 3), index(5, 1, 2), expected);
        Tensor actual = Tensor.zeros(3, 2).to(CUDA).t();
        device.selectRows("select", x.to(CUDA).t().narrow(1, 0, 3), index(5, 1, 2).to(CUDA), actual);
        same("views", expected, actual);
        device.selectRows("select", x.to(CUDA), Tensor.zeros(DType.INT64, 0).to(CUDA), Tensor.zeros(0, 5).to(CUDA));
    }

    @Test
    void rowsAreAdded() {
        for (DType type : DType.values()) {
            for (int width : new int[] {1, 5}) {
                for (int n : type == DType.FLOAT32 ? new int[] {0, 1, 30, 1300} : new int[] {30}) {
                    Tensor source = small(type, 1, n, width);
                    Tensor index = index(7, 2, n);
                    Tensor expected = small(type, 3, 7, width);
                    Tensor actual = expected.to(CUDA);
                    cpu().index().addRows(source, index, expected);
                    device.addRows(source.to(CUDA), index.to(CUDA), actual);
                    same(type + " " + n, expected, actual);
                }
            }
        }
        Tensor source = data(DType.FLOAT32, 1, 50, 4).nanToNum().clamp(-9, 9);
        Tensor expected = Tensor.zeros(3, 4);
        cpu().index().addRows(source, index(3, 2, 50), expected);
        Tensor actual = Tensor.zeros(3, 4).to(CUDA);
        device.addRows(source.to(CUDA), index(3, 2, 50).to(CUDA), actual);
        same("in the order of a loop", expected, actual);
    }

    @Test
    void elementsAreGathered() {
        for (DType type : DType.values()) {
            Tensor x = data(type, 1, 4, 5, 6);
            for (int dim = 0; dim < 3; dim++) {
                Tensor index = index(x.size(dim), 2, 3, 4, 5);
                Tensor expected = Tensor.zeros(type, 3, 4, 5);
                cpu().index().gather(x, dim, index, expected);
                Tensor actual = Tensor.zeros(type, 3, 4, 5).to(CUDA);
                device.gather(x.to(CUDA), dim, index.to(CUDA), actual);
                same(type + " " + dim, expected, actual);
                Tensor turned = index(4, 2, 3, 4, 6); // dims of x in another order
                int at = 2 - dim;
                Tensor small = Tensor.zeros(type, 3, 4, 4);
                cpu().index().gather(x.transpose(0, 2), at, turned.narrow(2, 1, 4), small);
                Tensor there = Tensor.zeros(type, 3, 4, 4).to(CUDA);
                device.gather(x.to(CUDA).transpose(0, 2), at, turned.to(CUDA).narrow(2, 1, 4), there);
                same(type + " transposed " + dim, small, there);
            }
        }
        device.gather(Tensor.zeros(2, 3).to(CUDA), 0, Tensor.zeros(DType.INT64, 0, 3).to(CUDA), Tensor.zeros(0, 3).to(CUDA));
    }

    @Test
    void elementsAreScattered() {
        for (DType type : DType.values()) {
            for (boolean add : new boolean[] {false, true}) {
                for (int dim = 0; dim < 3; dim++) {
                    Tensor out = small(type, 1, 4, 5, 6);
                    Tensor there = out.to(CUDA);
                    Tensor index = index(out.size(dim), 2, 4, 4, 5);
                    Tensor source = small(type, 3, 4, 4, 5);
                    cpu().index().scatter(source, dim, index, add, out);
                    device.scatter(source.to(CUDA), dim, index.to(CUDA), add, there);
                    same(type + " " + dim + " " + add, out, there);
                }
            }
        }
        Tensor out = Tensor.zeros(3, 50);
        Tensor there = out.to(CUDA);
        Tensor source = data(DType.FLOAT32, 1, 50, 3).nanToNum().clamp(-9, 9);
        cpu().index().scatter(source, 0, index(4, 5, 50, 3), true, out.t());
        device.scatter(source.to(CUDA), 0, index(4, 5, 50, 3).to(CUDA), true, there.t());
        same("of a view, in the order of a loop", out, there);
    }

    @Test
    void elementsArePut() {
        for (DType type : DType.values()) {
            for (boolean add : new boolean[] {false, true}) {
                Tensor out = small(type, 1, 6, 7);
                Tensor there = out.to(CUDA);
                Tensor values = small(type, 2, 90);
                Tensor positions = index(42, 3, 90);
                cpu().index().put(values, positions, add, out.t());
                device.put(values.to(CUDA), positions.to(CUDA), add, there.t());
                same(type + " " + add, out, there);
            }
        }
    }

    @Test
    void rowsAreSorted() {
        for (DType type : DType.values()) {
            for (int[] dims : type == DType.FLOAT32 ? new int[][] {{1}, {7}, {2, 512}, {2, 513}, {1, 2600}, {3, 0}} : new int[][] {{3, 60}}) {
                for (boolean descending : new boolean[] {false, true}) {
                    Tensor x = data(type, 1, dims);
                    Tensor values = x.zerosLike();
                    Tensor indices = Tensor.zeros(DType.INT64, dims);
                    cpu().index().sort(x, descending, values, indices);
                    Tensor there = x.zerosLike().to(CUDA);
                    Tensor at = Tensor.zeros(DType.INT64, dims).to(CUDA);
                    device.sort(x.to(CUDA), descending, there, at);
                    same(type + " " + Shape.of(dims), values, there);
                    same(type + " " + Shape.of(dims) + " indices", indices, at);
                }
            }
        }
        Tensor x = data(DType.INT64, 1, 9, 5);
        Tensor values = x.zerosLike();
        Tensor indices = x.zerosLike();
        cpu().index().sort(x.t(), false, values.t(), indices.t());
        Tensor there = x.zerosLike().to(CUDA);
        Tensor at = x.zerosLike().to(CUDA);
        device.sort(x.to(CUDA).t(), false, there.t(), at.t());
        same("views", values, there);
        same("views, indices", indices, at);
    }

    @Test
    void sortedRowsAreSearched() {
        for (DType type : DType.values()) {
            for (boolean right : new boolean[] {false, true}) {
                Tensor sorted = Tensor.zeros(type, 3, 11);
                cpu().index().sort(data(type, 1, 3, 11), false, sorted, Tensor.zeros(DType.INT64, 3, 11));
                Tensor values = data(type, 2, 3, 20);
                Tensor expected = Tensor.zeros(DType.INT64, 3, 20);
                cpu().index().searchSorted(sorted, values, right, expected);
                Tensor actual = Tensor.zeros(DType.INT64, 3, 20).to(CUDA);
                device.searchSorted(sorted.to(CUDA), values.to(CUDA), right, actual);
                same(type + " " + right, expected, actual);
                Tensor one = sorted.select(0, 1).contiguous();
                cpu().index().searchSorted(one, values, right, expected);
                device.searchSorted(one.to(CUDA), values.to(CUDA), right, actual);
                same(type + " one " + right, expected, actual);
            }
        }
    }

    @Test
    void positionsOfWhatIsNotZero() {
        for (DType type : DType.values()) {
            for (int n : type == DType.FLOAT32 ? new int[] {0, 1, 31, 128, 1025, 5000} : new int[] {150}) {
                Tensor x = n == 0 ? Tensor.zeros(type, 0) : data(type, 1, n);
                same(type + " " + n, cpu().index().nonzero(x), device.nonzero(x.to(CUDA)));
            }
        }
        Tensor x = data(DType.BOOL, 3, 9, 40);
        same("view", cpu().index().nonzero(x.t()), device.nonzero(x.to(CUDA).t()));
        assertEquals(0, device.nonzero(Tensor.zeros(300).to(CUDA)).numel());
    }

    @Test
    void indicesOutOfRangeAreToldAtTheNextWait() {
        Tensor x = Tensor.ones(4, 5).to(CUDA);
        Tensor index = Tensor.of(new long[] {1, 4, -1}, 3).to(CUDA);
        Tensor out = Tensor.zeros(3, 5).to(CUDA);
        device.selectRows("embedding", x, index, out);
        assertEquals("embedding: index 4 at position 1 is out of range; use 0 to 3", assertThrows(ShapeException.class, () -> out.to(Device.CPU)).getMessage());
        Tensor wide = Tensor.of(new long[] {0, 1, 2, 5}, 2, 2).to(CUDA);
        device.gather(x, 1, wide, Tensor.zeros(2, 2).to(CUDA));
        String told = assertThrows(ShapeException.class, () -> Cuda.synchronize(CUDA)).getMessage();
        assertEquals("gather: index 5 at position 3 is out of range for dimension 1 of (4, 5); use 0 to 4", told);
        Tensor before = x.to(Device.CPU);
        device.scatter(Tensor.ones(2, 2).to(CUDA), 1, Tensor.of(new long[] {-3, 7, 5, 5}, 2, 2).to(CUDA), true, x);
        assertThrows(ShapeException.class, () -> Cuda.synchronize(CUDA));
        same("what is out of range is left out", before, x);
    }
}
