package io.candela.export;

import io.candela.io.AtomicFile;
import io.candela.io.ChannelOutput;
import io.candela.nn.Layer;
import io.candela.nn.Module;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes what a layer computes as an ONNX file, for ONNX Runtime and the like: {@code torch.onnx.export}.
 *
 * <pre>{@code
 * OnnxExport.save(model, Tensor.randn(1, 3, 32, 32), Path.of("model.onnx"));
 * OnnxExport.save(lstm, in -> {
 *     var y = lstm.forward(in.get(0), in.get(1), in.get(2));
 *     return List.of(y.output(), y.hn(), y.cn());
 * }, List.of(x, h0, c0), Path.of("lstm.onnx"), OnnxExport.options().withBatchDims(1, 1, 1));
 * }</pre>
 *
 * <p>The layer is run twice in evaluation mode, on the example and on another input made from it, with another batch size if that is to stay open; what
 * it did with tensors both times becomes the graph. So a {@code forward} of your own may hold whatever Java code you like, as long as this does the same
 * for all inputs of the shape: where the two runs differ (an {@code if} over elements, a number taken out with {@code item()}), the export is refused.
 * Sizes behind the batch are those of the example.
 *
 * <p>Exported are the layers and tensor methods of feed-forward, convolutional, residual and recurrent networks and of transformers; whatever else
 * takes part is refused by name. In float32 and float64.
 */
public final class OnnxExport {
    /**
     * What can be chosen; start from {@link OnnxExport#options()}.
     *
     * @param inputNames   one for each input; if empty, {@code "input"}, or {@code "input_0"}, {@code "input_1"} and so on if there are several
     * @param outputNames  one for each output; if empty, {@code "output"}, or {@code "output_0"} and so on
     * @param dynamicBatch whether the batch size stays open; default true
     * @param batchDims    which dimension of each input is the batch, −1 if none is; if empty, the first of every input
     * @param opset        the version of ONNX's operators, 17 to 22; default 17
     */
    public record Options(List<String> inputNames, List<String> outputNames, boolean dynamicBatch, List<Integer> batchDims, int opset) {
        /** @throws IllegalArgumentException if a name is empty or used twice, or the opset is not one of the known */
        public Options {
            inputNames = List.copyOf(inputNames);
            outputNames = List.copyOf(outputNames);
            batchDims = List.copyOf(batchDims);
            Set<String> names = new HashSet<>();
            for (String name : Stream.concat(inputNames.stream(), outputNames.stream()).toList()) {
                if (name.isEmpty() || !names.add(name)) {
                    throw new IllegalArgumentException("OnnxExport: inputs and outputs need names of their own, got %s and %s".formatted(inputNames,
                            outputNames));
                }
            }
            if (opset < OnnxGraph.OLDEST_OPSET || opset > OnnxGraph.NEWEST_OPSET) {
                throw new IllegalArgumentException("OnnxExport: opset must be %d to %d, got %d".formatted(OnnxGraph.OLDEST_OPSET, OnnxGraph.NEWEST_OPSET,
                        opset));
            }
        }

        /** These options with other {@code inputNames}. */
        public Options withInputNames(String... inputNames) {
            return new Options(List.of(inputNames), outputNames, dynamicBatch, batchDims, opset);
        }

        /** These options with other {@code outputNames}. */
        public Options withOutputNames(String... outputNames) {
            return new Options(inputNames, List.of(outputNames), dynamicBatch, batchDims, opset);
        }

        /** These options with another {@code dynamicBatch}. */
        public Options withDynamicBatch(boolean dynamicBatch) {
            return new Options(inputNames, outputNames, dynamicBatch, batchDims, opset);
        }

        /** These options with other {@code batchDims}. */
        public Options withBatchDims(Integer... batchDims) {
            return new Options(inputNames, outputNames, dynamicBatch, List.of(batchDims), opset);
        }

        /** These options with another {@code opset}. */
        public Options withOpset(int opset) {
            return new Options(inputNames, outputNames, dynamicBatch, batchDims, opset);
        }

        private static List<String> names(List<String> chosen, String usual, int count) {
            if (chosen.isEmpty()) {
                return count == 1 ? List.of(usual) : IntStream.range(0, count).mapToObj(i -> usual + "_" + i).toList();
            }
            if (chosen.size() != count) {
                throw new IllegalArgumentException("OnnxExport: %d names for %d %ss: %s".formatted(chosen.size(), count, usual, chosen));
            }
            return chosen;
        }

        /** The dimension of an input that stays open; −1 if none does. */
        private int batchDim(int input) {
            return !dynamicBatch ? -1 : batchDims.isEmpty() ? 0 : batchDims.get(input);
        }
    }

    private final Options options;
    private final OnnxGraph graph;
    private final Recording first;
    private final Recording second;
    private final int batch; // its size in the first run; −1 if none is open
    private final OnnxSizes sizes;
    private final List<String> values = new ArrayList<>(); // names by number in the recordings
    private final Map<Recording.View, String> names = new HashMap<>(); // of parameters and buffers

    private OnnxExport(Module module, UnaryOperator<List<Tensor>> forward, List<Tensor> x1, List<Tensor> x2, Options options) {
        this.options = options;
        first = Recording.of(module, forward, x1);
        second = Recording.of(module, forward, x2);
        graph = new OnnxGraph(Recording.nameOf(module), options.opset);
        module.namedParameters().forEach((name, tensor) -> names.putIfAbsent(Recording.View.of(tensor), name));
        module.namedBuffers().forEach((name, tensor) -> names.putIfAbsent(Recording.View.of(tensor), name));
        Options.names(options.inputNames, "input", x1.size()).forEach(name -> values.add(graph.fresh(name)));
        Options.names(options.outputNames, "output", first.results().size()).forEach(graph::fresh);
        int open = IntStream.range(0, x1.size()).filter(i -> options.batchDim(i) >= 0).findFirst().orElse(-1);
        int dim = open < 0 ? 0 : options.batchDim(open);
        batch = open < 0 ? -1 : x1.get(open).size(dim);
        for (int i = 0; i < x1.size(); i++) {
            graph.input(values.get(i), x1.get(i), x2.get(i).shape(), batch);
        }
        sizes = new OnnxSizes(graph, open < 0 ? null : values.get(open), dim, Math.max(batch, 1), open < 0 ? 1 : x2.get(open).size(dim));
    }

    /** The defaults. */
    public static Options options() {
        return new Options(List.of(), List.of(), true, List.of(), OnnxGraph.OLDEST_OPSET);
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
        save(layer, inputs -> List.of(layer.forward(inputs.get(0))), List.of(example), path, options);
    }

    /**
     * Exports a module of several inputs or outputs.
     *
     * @param forward  runs the module: from inputs like the examples to the outputs, in the order of their names
     * @param examples as for one input; those with a batch have it in the same size
     * @throws IllegalArgumentException as for one input, or if the names, the batch dimensions and the examples do not go together
     */
    public static void save(Module module, UnaryOperator<List<Tensor>> forward, List<Tensor> examples, Path path, Options options) throws IOException {
        byte[] file = export(module, forward, examples, options);
        try (AtomicFile out = AtomicFile.open(path)) {
            ChannelOutput bytes = out.output();
            bytes.put(ByteBuffer.wrap(file));
            bytes.flush();
            out.commit();
        }
    }

    private static byte[] export(Module module, UnaryOperator<List<Tensor>> forward, List<Tensor> examples, Options options) {
        checkBatch(examples, options);
        Map<Module, Boolean> modes = new IdentityHashMap<>();
        module.modules().forEach(part -> modes.put(part, part.isTraining()));
        module.eval();
        try {
            List<Tensor> x1 = new ArrayList<>();
            List<Tensor> x2 = new ArrayList<>();
            for (int i = 0; i < examples.size(); i++) {
                Tensor x = examples.get(i).detach();
                int dim = options.batchDim(i);
                // one sample alone could make a size of 1 look as if it were no batch
                x1.add(dim >= 0 && x.size(dim) == 1 ? Tensor.cat(dim, x, x) : x.clone());
                x2.add(another(x1.get(i), dim));
            }
            return new OnnxExport(module, forward, x1, x2, options).write();
        } finally {
            module.modules().forEach(part -> part.train(modes.get(part)));
        }
    }

    private static void checkBatch(List<Tensor> examples, Options options) {
        if (!options.batchDims.isEmpty() && options.batchDims.size() != examples.size()) {
            throw new IllegalArgumentException("OnnxExport: %d batch dimensions for %d inputs: %s".formatted(options.batchDims.size(), examples.size(),
                    options.batchDims));
        }
        int batch = -1;
        for (int i = 0; i < examples.size(); i++) {
            int dim = options.batchDim(i);
            Tensor x = examples.get(i);
            if (dim < 0) {
                continue;
            }
            if (dim >= x.dim() || x.size(dim) == 0) {
                throw new IllegalArgumentException("OnnxExport: with a dynamic batch example %d needs a dimension %d that is not empty, got %s"
                        .formatted(i, dim, x.shape()));
            }
            if (batch >= 0 && x.size(dim) != batch) {
                throw new IllegalArgumentException("OnnxExport: examples have batches of %d and %d; withBatchDims says which dimension of an input is "
                        .formatted(batch, x.size(dim)) + "its batch, -1 for none");
            }
            batch = x.size(dim);
        }
    }

    /** Other elements, which are as valid as the example's: indices stay in range, what is positive stays so. */
    private static Tensor another(Tensor x, int larger) {
        Tensor more = larger < 0 ? x : Tensor.cat(larger, x, x.narrow(larger, 0, 1));
        Tensor moved = more.flip(IntStream.range(0, x.dim()).toArray());
        return x.dtype().isFloating() ? moved.mul(0.875) : moved.clone();
    }

    private byte[] write() {
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
        int[] last = first.last();
        if (!Arrays.equals(last, second.last()) || last.length == 0 || Arrays.stream(last).anyMatch(number -> number < 0)) {
            throw new IllegalArgumentException("OnnxExport: the output does not depend on the input by operations that can be exported");
        }
        List<String> outputs = Options.names(options.outputNames, "output", last.length);
        for (int i = 0; i < last.length; i++) {
            graph.output(outputs.get(i), values.get(last[i]), first.results().get(i), second.results().get(i).shape(), batch);
        }
        return graph.finish();
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
