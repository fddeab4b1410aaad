package io.candela.io.npy;

import io.candela.io.AtomicFile;
import io.candela.io.ByteWindow;
import io.candela.io.ChannelOutput;
import io.candela.io.TensorView;
import io.candela.io.zip.ZipWriter;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Writes NumPy's files. An array has the bytes that {@code numpy.save} writes: in column-major order if it stands so in memory, else row-major. */
public final class NpyWriter {
    private static final int CHUNK = 1 << 20;

    private NpyWriter() {
    }

    /**
     * Writes one array, a {@code .npy}. An existing file is replaced as a whole, see {@link AtomicFile}.
     *
     * @throws IllegalArgumentException if NumPy lacks the type; no file is touched
     */
    public static void write(TensorView tensor, Path path) throws IOException {
        Array array = new Array("the tensor", tensor);
        try (AtomicFile file = AtomicFile.open(path)) {
            ChannelOutput out = file.output();
            for (long offset = 0; offset < array.bytes(); ) {
                int length = (int) Math.min(CHUNK, array.bytes() - offset);
                out.put(array.window(offset, length));
                offset += length;
            }
            Reference.reachabilityFence(array); // its memory is not reused while the last chunk is on its way
            out.flush();
            file.commit();
        }
    }

    /**
     * Writes arrays by name, a {@code .npz}. An existing file is replaced as a whole.
     *
     * @param compress whether they are deflated
     * @throws IllegalArgumentException if NumPy lacks a type; no file is touched
     */
    public static void write(Map<String, TensorView> tensors, Path path, boolean compress) throws IOException {
        tensors.forEach(NpyWriter::check);
        try (AtomicFile file = AtomicFile.open(path)) {
            ZipWriter zip = new ZipWriter(file.output(), "");
            for (Map.Entry<String, TensorView> tensor : tensors.entrySet()) {
                Array array = new Array(tensor.getKey(), tensor.getValue());
                if (compress) {
                    zip.deflate(tensor.getKey() + ".npy", array.bytes(), array);
                } else {
                    zip.write(tensor.getKey() + ".npy", array.bytes(), array);
                }
            }
            zip.finish();
            file.commit();
        }
    }

    private static void check(String name, TensorView view) {
        if (NumpyTypes.code(view.type()) == null) {
            throw new IllegalArgumentException("TensorIO.save: tensor %s is %s, which NumPy does not have".formatted(name, view.type()));
        }
    }

    /** The bytes of a file: the header, then the elements. */
    private static final class Array implements ByteWindow {
        private final byte[] header;
        private final ByteWindow elements;
        private final long start; // of the tensor within its storage
        private final long length;

        Array(String name, TensorView view) {
            check(name, view);
            boolean fortran = !view.isContiguous() && Arrays.equals(view.strides(), NpyHeader.columnMajor(view.sizes()));
            TensorView plain = fortran || view.isContiguous() ? view : view.contiguous();
            this.header = NpyHeader.of(view, fortran);
            this.elements = plain.bytes();
            this.start = plain.offset() * view.type().bytes();
            this.length = plain.numel() * view.type().bytes();
        }

        long bytes() {
            return header.length + length;
        }

        @Override
        public ByteBuffer window(long offset, int count) {
            if (offset >= header.length) {
                return elements.window(start + offset - header.length, count);
            }
            ByteBuffer first = ByteBuffer.allocateDirect(count);
            first.put(header, (int) offset, Math.min(count, header.length - (int) offset));
            if (first.hasRemaining()) {
                first.put(elements.window(start, first.remaining()));
            }
            return first.flip();
        }
    }
}
