package io.candela.export;

import io.candela.io.AtomicFile;
import io.candela.nn.Layer;
import io.candela.nn.Module;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes what a layer computes as an ONNX file, for ONNX Runtime and the like: {@code torch.onnx.export}.
 *
 * <pre>{@code
 * OnnxExport.save(model, Tensor.randn(1, 3, 32, 32), Path.of("model.onnx"));
 * }</pre>
 *
 * <p>The layer is run twice in evaluation mode, on the example and on another input made from it, with another batch size if that is to stay open; what
 * it did with tensors both times becomes the graph. So a {@code forward} of your own may hold whatever Java code you like, as long as this does the same
 * for all inputs of the shape: where the two runs differ (an {@code if} over elements, a number taken out with {@code item()}), the export is refused.
 * Sizes behind the first dimension are those of the example.
 *
 * <p>Operators are those of opset 17. Exported are the layers and tensor methods of feed-forward, convolutional, residual and recurrent networks and
 * of transformers; whatever else takes part is refused by name. In float32 and float64.
 */
public final class OnnxExport {
    /**
     * What can be chosen; start from {@link OnnxExport#options()}.
     *
     * @param inputName    default {@code "input"}
     * @param outputName   default {@code "output"}
     * @param dynamicBatch whether the first dimension of the input stays open; default true
     */
    public record Options(String inputName, String outputName, boolean dynamicBatch) {
        /** @throws IllegalArgumentException if the names are empty or equal */
        public Options {
            if (inputName.isEmpty() || outputName.isEmpty() || inputName.equals(outputName)) {
                throw new IllegalArgumentException("OnnxExport: input and output need two names, got '%s' and '%s'".formatted(inputName, outputName));
            }
        }

        /** These options with another {@code inputName}. */
        public Options withInputName(String inputName) {
            return new Options(inputName, outputName, dynamicBatch);
        }

        /** These options with another {@code outputName}. */
        public Options withOutputName(String outputName) {
            return new Options(inputName, outputName, dynamicBatch);
        }

        /** These options with another {@code dynamicBatch}. */
        public Options withDynamicBatch(boolean dynamicBatch) {
            return new Options(inputName, outputName, dynamicBatch);
        }
    }

    private final OnnxGraph graph;
    private final Recording first;
    private final Recording second;
    private final OnnxSizes sizes;
    private final List<String> values = new ArrayList<>(); // names by number in the recordings
    private final Map<Recording.View, String> names = new HashMap<>(); // of parameters and buffers

    private OnnxExport(Layer layer, Tensor x1, Tensor x2, Options options) {
        first = Recording.of(layer, x1);
        second = Recording.of(layer, x2);
        graph = new OnnxGraph(Recording.nameOf(layer));
        layer.namedParameters().forEach((name, tensor) -> names.putIfAbsent(Recording.View.of(tensor), name));
        layer.namedBuffers().forEach((name, tensor) -> names.putIfAbsent(Recording.View.of(tensor), name));
        String input = graph.fresh(options.inputName);
        graph.fresh(options.outputName);
        graph.input(input, x1.dtype(), x1.shape(), x2.shape());
        values.add(input);
        sizes = new OnnxSizes(graph, input, x1.dim() == 0 ? 1 : x1.size(0), x2.dim() == 0 ? 1 : x2.size(0));
    }

    /** The defaults. */
    public static Options options() {
        return new Options("input", "output", true);
    }

    /** As {@link #save(Layer, Tensor, Path, Options)}, with the defaults. */
    public static void save(Layer layer, Tensor example, Path path) throws IOException {
        save(layer, example, path, options());
    }

    /**
     * Exports a layer. Its mode is afterwards what it was before. The file is replaced as a whole or not at all.
     *
     * @param example an input as the layer takes it: its shape and type count, and its elements in so far as they must be valid
     * @throws IllegalArgumentException if an operation cannot be exported, or what is computed depends on the input in a way that a graph cannot
     *     express; names the operation and the layer
     */
    public static void save(Layer layer, Tensor example, Path path, Options options) throws IOException {
        byte[] file = export(layer, example, options);
        try (AtomicFile out = AtomicFile.open(path)) {
            ByteBuffer left = ByteBuffer.wrap(file);
            while (left.hasRemaining()) {
                out.channel().write(left);
            }
            out.commit();
        }
    }

    private static byte[] export(Layer layer, Tensor example, Options options) {
        if (options.dynamicBatch && (example.dim() == 0 || example.size(0) == 0)) {
            throw new IllegalArgumentException("OnnxExport: with a dynamic batch the example needs a first dimension that is not empty, got "
                    + example.shape());
        }
        Map<Module, Boolean> modes = new java.util.IdentityHashMap<>();
        layer.modules().forEach(part -> modes.put(part, part.isTraining()));
        layer.eval();
        try {
            // one sample alone could make a size of 1 look as if it were no batch
            Tensor x1 = options.dynamicBatch && example.size(0) == 1 ? Tensor.cat(0, example, example) : example.detach();
            return new OnnxExport(layer, x1, another(x1, options.dynamicBatch), options).write(options.outputName);
        } finally {
            layer.modules().forEach(part -> part.train(modes.get(part)));
        }
    }

    /** Other elements, which are as valid as the example's: indices stay in range, what is positive stays so. */
    private static Tensor another(Tensor x, boolean larger) {
        Tensor more = larger ? Tensor.cat(0, x, x.narrow(0, 0, 1)) : x;
        Tensor moved = more.flip(IntStream.range(0, x.dim()).toArray());
        return x.dtype().isFloating() ? moved.mul(0.875) : moved;
    }

    private byte[] write(String outputName) {
        if (first.calls().size() != second.calls().size()) {
            throw new IllegalArgumentException("OnnxExport: the number of operations depends on the input, %d or %d; a graph has one form only".formatted(
                    first.calls().size(), second.calls().size()));
        }
        OnnxOps ops = new OnnxOps(graph, sizes);
        for (int i = 0; i < first.calls().size(); i++) {
            OnnxCall call = new OnnxCall(this, first.calls().get(i), second.calls().get(i));
            String[] made = ops.write(call);
            values.addAll(Arrays.asList(made));
        }
        int last = first.last();
        if (last < 0 || last != second.last()) {
            throw new IllegalArgumentException("OnnxExport: the output does not depend on the input by operations that can be exported");
        }
        graph.output(outputName, first.result().dtype(), first.result().shape(), second.result().shape());
        return graph.finish(values.get(last), outputName);
    }

    OnnxGraph graph() {
        return graph;
    }

    /** The name of something that depends on the input, by its number. */
    String computed(int number) {
        return values.get(number);
    }

    /** The name of a constant, given as it was in both runs. */
    String constant(Tensor a, Tensor b, OnnxCall who) {
        Recording.View view = Recording.View.of(a);
        if (view.equals(Recording.View.of(b))) {
            return graph.constant(names.getOrDefault(view, "constant"), a);
        }
        if (a.dtype() == b.dtype() && a.equal(b)) {
            return graph.constant("constant", a);
        }
        if (a.dtype() == b.dtype() && a.dim() == b.dim() && a.numel() > 0) { // such as zeros(x.size(0), 4)
            Tensor once = once(a, b);
            if (once.equal(once(b, a)) && once.expandAs(a).equal(a) && once.expandAs(b).equal(b)) {
                return graph.node("Expand", List.of(graph.constant("constant", once.clone()), sizes.name(a.shape().toArray(), b.shape().toArray(), who)));
            }
        }
        throw who.refused("an operand " + a.shape() + " was computed from the input, or drawn at random, by something that cannot be exported");
    }

    /** The first element of each dimension in which two shapes differ. */
    private static Tensor once(Tensor t, Tensor other) {
        Tensor out = t.detach();
        for (int i = 0; i < t.dim(); i++) {
            out = t.size(i) == other.size(i) ? out : out.narrow(i, 0, 1);
        }
        return out;
    }
}
