package io.candela.backend.cuda;

import io.candela.backend.BinaryKernel;
import io.candela.backend.PointwiseKernels;
import io.candela.backend.TernaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.backend.cuda.driver.CopyKind;
import io.candela.tensor.DType;
import io.candela.tensor.Half;
import io.candela.tensor.Tensor;

/**
 * Element by element kernels. Each function has three for a type: for elements in a row, for any strides, and for operands of other types. Which
 * functions there are says the enum; each is compiled when it is first used.
 */
final class CudaPointwise implements PointwiseKernels {
    private static final int NOT_ROUNDED = DType.FLOAT32.ordinal();
    private static final int TILE = 32; // of the transposition: its edge
    private static final int TILE_ROWS = 8; // threads in the other direction
    private static final int MOST_BATCHES = 65535;

    private final CudaDevice device;

    CudaPointwise(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void unary(UnaryKernel kernel, Tensor x, Tensor out) {
        unary(kernel.label(), x, 0, 0, out);
    }

    @Override
    public void clamp(Tensor x, double low, double high, Tensor out) {
        unary("clamp", x, low, high, out);
    }

    private void unary(String function, Tensor x, double p, double q, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Elements e = Elements.of(out, x);
        if (e.isDeep()) {
            Elements.slices(out, new Tensor[] {x}, part -> unary(function, part[1], p, q, part[0]));
            return;
        }
        DType type = out.dtype();
        if (x.dtype() != type) {
            DType computed = PointwiseSource.computed(type);
            Launch l = kernel("unary.cu", function, computed, "_any").tensor(x).number(x.dtype().ordinal()).tensor(out).number(type.ordinal())
                    .number(e.items());
            e.addTo(number(number(l, computed, p), computed, q)).over(e.items());
        } else if (e.isFlat()) {
            boolean packed = e.isDense() && e.isAligned();
            if (e.isDense()) {
                Launch l = kernel("unary.cu", function, type, "").tensor(x).tensor(out).number(e.items()).number(packed ? 1 : 0);
                number(number(l, type, p), type, q).over(e.threads(packed, 2));
            } else {
                unaryStrided(function, x, p, q, out, e);
            }
        } else {
            unaryStrided(function, x, p, q, out, e);
        }
    }

    private void unaryStrided(String function, Tensor x, double p, double q, Tensor out, Elements e) {
        DType type = out.dtype();
        boolean wide = e.pack();
        Launch l = kernel("unary.cu", function, type, "_strided").tensor(x).tensor(out).number(e.items()).number(wide ? 1 : 0);
        e.addTo(number(number(l, type, p), type, q)).over(perThread(e.items(), wide ? 1 : 4));
    }

    /** Threads of which each takes several items. */
    private static int perThread(int items, int each) {
        return (items + each - 1) / each;
    }

    @Override
    public void binary(BinaryKernel kernel, Tensor a, Tensor b, DType compute, Tensor out) {
        boolean rounds = b.dtype() != compute && !(b.numel() == 1 && keepsNumber(kernel));
        binary(kernel, a, b, rounds, 0, 0, compute, out);
    }

    @Override
    public void binary(BinaryKernel kernel, Tensor a, double number, DType compute, Tensor out) {
        if (compute.isHalf() && kernel == BinaryKernel.RDIV && out.dtype() == compute && a.dtype() == compute) {
            unary(UnaryKernel.RECIPROCAL, a, out); // PyTorch's two steps, each of which rounds
            binary(BinaryKernel.MUL, out, number, compute, out);
            return;
        }
        if (compute.isHalf() && kernel == BinaryKernel.POW && (number == 3 || number == -2) && out.dtype() == compute && a.dtype() == compute) {
            unary(number == 3 ? "cube" : "inverseSquare", a, compute.ordinal(), 0, out);
            return;
        }
        double value = compute.isHalf() && !keepsNumber(kernel) ? Half.round(compute, (float) number) : number;
        binary(kernel, a, null, false, value, wrapped(compute, (long) number), compute, out);
    }

    /** Whether a number takes part in half precision as it is, rather than rounded to the half type. */
    private static boolean keepsNumber(BinaryKernel kernel) {
        return kernel == BinaryKernel.MUL || kernel == BinaryKernel.DIV || kernel == BinaryKernel.FLOOR_DIVIDE || kernel == BinaryKernel.TRUNC_DIVIDE;
    }

    private static long wrapped(DType type, long value) {
        return switch (type) {
            case UINT8 -> value & 0xFF;
            case INT8 -> (byte) value;
            case INT16 -> (short) value;
            case INT32 -> (int) value;
            default -> value;
        };
    }

    /** @param b null for the number, of which {@code whole} is what integers compute with */
    private void binary(BinaryKernel kernel, Tensor a, Tensor b, boolean roundsB, double number, long whole, DType compute, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Tensor[] operands = b == null ? new Tensor[] {a} : new Tensor[] {a, b};
        Elements e = Elements.of(out, b == null ? new Tensor[] {a, a} : operands);
        if (e.isDeep()) {
            Elements.slices(out, operands, part -> binary(kernel, part[1], b == null ? null : part[2], roundsB, number, whole, compute, part[0]));
            return;
        }
        DType natural = kernel.isPredicate() ? DType.BOOL : compute;
        boolean own = a.dtype() == compute && (b == null || b.dtype() == compute) && out.dtype() == natural;
        if (!own) {
            DType computed = PointwiseSource.computed(compute);
            int rounding = compute.isFloating() && !compute.isHalf() ? NOT_ROUNDED : compute.ordinal();
            boolean integral = !compute.isFloating();
            Launch l = kernel("binary.cu", kernel.label(), computed, "_any").tensor(a).number(a.dtype().ordinal())
                    .number(integral || a.dtype() != compute ? rounding : NOT_ROUNDED).tensor(b).number(b == null ? 0 : b.dtype().ordinal())
                    .number(integral || roundsB ? rounding : NOT_ROUNDED);
            number(l, computed, number, whole).tensor(out).number(out.dtype().ordinal()).number(e.items());
            e.addTo(l).over(e.items());
        } else if (e.isFlat()) {
            boolean packed = e.isAligned();
            Launch l = kernel("binary.cu", kernel.label(), compute, "").tensor(a).number(e.step(1)).tensor(b).number(e.step(2));
            number(l, compute, number, whole).tensor(out).number(e.items()).number(packed ? 1 : 0).over(e.threads(packed, 2));
        } else {
            boolean wide = e.pack();
            Launch l = kernel("binary.cu", kernel.label(), compute, "_strided").tensor(a).tensor(b);
            number(l, compute, number, whole).tensor(out).number(e.items()).number(wide ? 1 : 0);
            e.addTo(l).over(perThread(e.items(), wide ? 1 : 4));
        }
    }

    @Override
    public void ternary(TernaryKernel kernel, Tensor a, Tensor b, Tensor c, double value, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Elements e = Elements.of(out, a, b, c);
        if (e.isDeep()) {
            Elements.slices(out, new Tensor[] {a, b, c}, part -> ternary(kernel, part[1], part[2], part[3], value, part[0]));
            return;
        }
        DType type = out.dtype();
        String function = kernel.name().toLowerCase(java.util.Locale.ROOT);
        boolean condition = kernel == TernaryKernel.WHERE;
        boolean own = a.dtype() == (condition ? DType.BOOL : type) && b.dtype() == type && c.dtype() == type
                && (condition || type.isFloating());
        if (!own) {
            DType computed = PointwiseSource.computed(type);
            Launch l = kernel("ternary.cu", function, computed, "_any").tensor(a).number(a.dtype().ordinal()).tensor(b).number(b.dtype().ordinal())
                    .tensor(c).number(c.dtype().ordinal());
            number(l, computed, value).tensor(out).number(type.ordinal()).number(e.items());
            e.addTo(l).over(e.items());
        } else if (e.isFlat() && e.isDense()) {
            boolean packed = e.isAligned();
            Launch l = kernel("ternary.cu", function, type, "").tensor(a).tensor(b).tensor(c);
            number(l, type, value).tensor(out).number(e.items()).number(packed ? 1 : 0).over(e.threads(packed, 1));
        } else {
            Launch l = kernel("ternary.cu", function, type, "_strided").tensor(a).tensor(b).tensor(c);
            number(l, type, value).tensor(out).number(e.items());
            e.addTo(l).over(perThread(e.items(), 4));
        }
    }

    @Override
    public void copy(Tensor source, Tensor out) {
        if (out.numel() == 0) {
            return;
        }
        Elements e = Elements.of(out, source);
        if (e.isDeep()) {
            Elements.slices(out, new Tensor[] {source}, part -> copy(part[1], part[0]));
        } else if (source.dtype() == out.dtype()) {
            move(source, out, e);
        } else {
            convert(source, out, e);
        }
    }

    private void move(Tensor source, Tensor out, Elements e) {
        int bytes = out.dtype().bytes();
        if (e.isFlat() && e.isDense()) {
            long stream = device.enter();
            device.driver.copy(CudaStorage.address(out), CudaStorage.address(source), (long) e.items() * bytes, CopyKind.ON_DEVICE, stream);
            device.settle(stream, "copy");
        } else if (isTransposition(e)) {
            int rows = e.size(0);
            int columns = e.size(1);
            Launch.of(device.kernels.get("copy.cu", "transpose_" + bytes)).tensor(source).tensor(out).number(rows).number(columns).number(e.stride(1, 0))
                    .number(e.stride(0, 1))
                    .run((columns + TILE - 1) / TILE, Math.min((rows + TILE - 1) / TILE, MOST_BATCHES), e.size(2), TILE, TILE_ROWS, 1, 0);
        } else {
            boolean wide = e.pack();
            Launch l = Launch.of(device.kernels.get("copy.cu", "copy_" + bytes)).tensor(source).tensor(out).number(e.items()).number(wide ? 1 : 0);
            e.addTo(l).over(perThread(e.items(), wide ? 1 : 4));
        }
    }

    /** Whether rows of the source are columns of the result, of one matrix or of a dense batch. */
    private static boolean isTransposition(Elements e) {
        if (e.rank() < 2 || e.rank() > 3 || e.stride(0, 0) != 1 || e.stride(1, 1) != 1 || e.size(0) < TILE / 2 || e.size(1) < TILE / 2) {
            return false;
        }
        int matrix = e.size(0) * e.size(1);
        return e.stride(1, 0) >= e.size(1)
                && (e.rank() == 2 || e.stride(0, 2) == matrix && e.stride(1, 2) == matrix && e.size(2) <= MOST_BATCHES);
    }

    private void convert(Tensor source, Tensor out, Elements e) {
        DType from = source.dtype();
        DType to = out.dtype();
        if (e.isFlat() && e.isDense()) {
            int width = 16 / Math.max(from.bytes(), to.bytes());
            boolean packed = e.isAligned(width);
            Launch.of(device.kernels.get("convert.cu", PointwiseSource.conversion(from), "from_" + from.torchName() + "_to_" + to.torchName()))
                    .tensor(source).tensor(out).number(e.items()).number(packed ? 1 : 0).over(perThread(e.items(), packed ? width : 1));
            return;
        }
        DType way = !from.isFloating() ? DType.INT64 : from == DType.FLOAT64 || to == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Launch l = Launch.of(device.kernels.get("convert.cu", PointwiseSource.conversion(null), "convert_" + way.torchName())).tensor(source)
                .number(from.ordinal()).tensor(out).number(to.ordinal()).number(e.items());
        e.addTo(l).over(e.items());
    }

    @Override
    public void fill(Tensor out, double value) {
        fillBits(out, PointwiseSource.bits(out.dtype(), value));
    }

    @Override
    public void fill(Tensor out, long value) {
        fillBits(out, PointwiseSource.bits(out.dtype(), value));
    }

    private void fillBits(Tensor out, long bits) {
        if (out.numel() == 0) {
            return;
        }
        Elements e = Elements.of(out);
        int bytes = out.dtype().bytes();
        if (e.isDeep()) {
            Elements.slices(out, new Tensor[0], part -> fillBits(part[0], bits));
        } else if (!e.isFlat()) {
            Launch l = Launch.of(device.kernels.get("copy.cu", "fill_" + bytes + "_strided")).tensor(out).number(bits).number(e.items());
            e.addTo(l).over(e.items());
        } else if (bits == 0) {
            long stream = device.enter();
            device.driver.fill(CudaStorage.address(out), 0, (long) e.items() * bytes, stream);
            device.settle(stream, "fill");
        } else {
            boolean packed = e.isAligned();
            Launch.of(device.kernels.get("copy.cu", "fill_" + bytes)).tensor(out).number(bits).number(e.items()).number(packed ? 1 : 0)
                    .over(e.threads(packed, 1));
        }
    }

    private Launch kernel(String file, String function, DType type, String form) {
        return Launch.of(device.kernels.get(file, PointwiseSource.only(function, type), function + '_' + type.torchName() + form));
    }

    private static Launch number(Launch launch, DType type, double value) {
        return number(launch, type, value, (long) value);
    }

    /** Adds a number in what a type is computed in. */
    private static Launch number(Launch launch, DType type, double value, long whole) {
        return switch (type) {
            case FLOAT64 -> launch.number(value);
            case FLOAT32, FLOAT16, BFLOAT16 -> launch.number((float) value);
            default -> launch.number(whole);
        };
    }
}
