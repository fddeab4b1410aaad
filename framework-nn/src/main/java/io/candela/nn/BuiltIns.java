package io.candela.nn;

import io.candela.backend.RecurrentKernels.Cell;
import io.candela.nn.models.LeNet5;
import io.candela.nn.models.MobileNetV2;
import io.candela.nn.models.ResNet;
import io.candela.nn.models.TutorialCnn;
import io.candela.nn.models.Vgg;
import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The table of Candela's own modules, for {@link ModuleSpec}: which arguments a class has, and how one is built from these. A new layer adds its line.
 *
 * <p>Most lines name the fields that hold the arguments of a constructor, in PyTorch's words and in the constructor's order; the constructor is the one
 * whose parameters have these fields' types. Containers are not here: what they consist of is described by itself.
 */
final class BuiltIns {
    /** How one class is described and built. */
    private record Entry(Class<? extends Module> type, Function<Module, Map<String, Object>> describe, Function<ModuleArguments, Module> build) {}

    private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

    static {
        linear();
        convolutions();
        pooling();
        shapes();
        norms();
        activations();
        recurrent();
        attention();
        losses();
        lists();
        models();
    }

    private BuiltIns() {}

    static boolean has(Class<?> type) {
        Entry entry = ENTRIES.get(type.getSimpleName());
        return entry != null && entry.type == type; // a class of the same name, or one that extends ours, is another
    }

    /** The plain arguments of one of the table's modules. */
    static Map<String, Object> arguments(Module module) {
        String name = module.getClass().getSimpleName();
        Map<String, Object> plain = new LinkedHashMap<>();
        ENTRIES.get(name).describe.apply(module).forEach((key, value) -> plain.put(key, SpecValues.plain(name, value)));
        return plain;
    }

    /** @throws IllegalArgumentException if there is no such module, or the arguments do not fit */
    static Module build(String name, ModuleArguments arguments) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("%s: there is no layer '%s'".formatted(arguments.who(), name));
        }
        Module module = entry.build.apply(arguments);
        arguments.checkAllRead();
        return module;
    }

    private static void linear() {
        entry(Linear.class, l -> of("in_features", l.weight().size(1), "out_features", l.weight().size(0), "bias", l.bias() != null, "dtype",
                l.weight().dtype()), a -> new Linear(a.integer("in_features"), a.integer("out_features"), a.flag("bias"), dtype(a)));
        entry(Bilinear.class, l -> of("in1_features", l.weight().size(1), "in2_features", l.weight().size(2), "out_features", l.weight().size(0), "bias",
                l.bias() != null), a -> new Bilinear(a.integer("in1_features"), a.integer("in2_features"), a.integer("out_features"), a.flag("bias")));
        entry(Embedding.class, l -> of("num_embeddings", l.weight().size(0), "embedding_dim", l.weight().size(1), "options", l.options),
                a -> new Embedding(a.integer("num_embeddings"), a.integer("embedding_dim"), options(Embedding.Options.class, a)));
        entry(EmbeddingBag.class, l -> of("num_embeddings", l.weight().size(0), "embedding_dim", l.weight().size(1), "options", l.options),
                a -> new EmbeddingBag(a.integer("num_embeddings"), a.integer("embedding_dim"), options(EmbeddingBag.Options.class, a)));
        fields(Identity.class);
        entry(LazyLinear.class, l -> of("out_features", l.weight().size(0), "bias", l.bias() != null, "dtype", l.weight().dtype()),
                a -> new LazyLinear(a.integer("out_features"), a.flag("bias"), dtype(a)));
        for (Class<? extends Module> dropout : List.of(Dropout.class, Dropout1d.class, Dropout2d.class, Dropout3d.class, AlphaDropout.class,
                FeatureAlphaDropout.class)) {
            fields(dropout, "p");
        }
    }

    private static void convolutions() {
        for (Class<? extends Module> conv : List.of(Conv1d.class, Conv2d.class, Conv3d.class, ConvTranspose1d.class, ConvTranspose2d.class,
                ConvTranspose3d.class)) {
            fields(conv, "in_channels", "out_channels", "kernel_size", "options");
        }
        for (Class<? extends Module> conv : List.of(LazyConv1d.class, LazyConv2d.class, LazyConv3d.class, LazyConvTranspose1d.class,
                LazyConvTranspose2d.class, LazyConvTranspose3d.class)) {
            fields(conv, "out_channels", "kernel_size", "options");
        }
        fields(Fold.class, "output_size", "kernel_size", "dilation", "padding", "stride");
        fields(Unfold.class, "kernel_size", "dilation", "padding", "stride");
    }

    private static void pooling() {
        for (Class<? extends Module> pool : List.of(MaxPool1d.class, MaxPool2d.class, MaxPool3d.class, AvgPool1d.class, AvgPool2d.class,
                AvgPool3d.class)) {
            fields(pool, "kernel_size", "options");
        }
        for (Class<? extends Module> pool : List.of(LPPool1d.class, LPPool2d.class, LPPool3d.class)) {
            fields(pool, "norm_type", "kernel_size", "stride", "ceil_mode");
        }
        for (Class<? extends Module> pool : List.of(MaxUnpool1d.class, MaxUnpool2d.class, MaxUnpool3d.class)) {
            fields(pool, "kernel_size", "stride", "padding");
        }
        adaptive(AdaptiveAvgPool1d.class, size -> new AdaptiveAvgPool1d(size[0]));
        adaptive(AdaptiveAvgPool2d.class, AdaptiveAvgPool2d::new);
        adaptive(AdaptiveAvgPool3d.class, AdaptiveAvgPool3d::new);
        adaptive(AdaptiveMaxPool1d.class, size -> new AdaptiveMaxPool1d(size[0]));
        adaptive(AdaptiveMaxPool2d.class, AdaptiveMaxPool2d::new);
        adaptive(AdaptiveMaxPool3d.class, AdaptiveMaxPool3d::new);
        fractional(FractionalMaxPool2d.class, FractionalMaxPool2d::new, FractionalMaxPool2d::new);
        fractional(FractionalMaxPool3d.class, FractionalMaxPool3d::new, FractionalMaxPool3d::new);
    }

    private static <M extends AdaptivePoolLayer> void adaptive(Class<M> type, Function<Integer[], M> constructor) {
        entry(type, l -> of("output_size", l.asked),
                a -> {
                    Integer[] size = (Integer[]) SpecValues.typed(Integer[].class, a, "output_size");
                    if (size == null || size.length == 0) {
                        throw new IllegalArgumentException(a.who() + ": output_size needs a number");
                    }
                    return constructor.apply(size);
                });
    }

    private interface Windows<V, M> {
        M of(int[] kernelSize, V which);
    }

    private static <M extends FractionalMaxPoolLayer> void fractional(Class<M> type, Windows<int[], M> bySize, Windows<double[], M> byRatio) {
        entry(type, l -> of("kernel_size", l.kernelSize, "output_size", l.outputSize, "output_ratio", l.outputRatio), a -> {
            int[] kernel = a.integers("kernel_size");
            boolean sized = a.get("output_size") != null;
            return a.get("output_ratio") == null || sized ? bySize.of(kernel, a.integers("output_size")) : byRatio.of(kernel, a.numbers("output_ratio"));
        });
    }

    private static void shapes() {
        fields(Flatten.class, "start_dim", "end_dim");
        fields(Unflatten.class, "dim", "unflattened_size");
        fields(PixelShuffle.class, "upscale_factor");
        fields(PixelUnshuffle.class, "downscale_factor");
        fields(ChannelShuffle.class, "groups");
        fields(Upsample.class, "options");
        fields(UpsamplingBilinear2d.class, "options");
        fields(UpsamplingNearest2d.class, "options");
        for (Class<? extends Module> pad : List.of(ZeroPad1d.class, ZeroPad2d.class, ZeroPad3d.class, ReflectionPad1d.class, ReflectionPad2d.class,
                ReflectionPad3d.class, ReplicationPad1d.class, ReplicationPad2d.class, ReplicationPad3d.class, CircularPad1d.class,
                CircularPad2d.class, CircularPad3d.class)) {
            fields(pad, "padding");
        }
        for (Class<? extends Module> pad : List.of(ConstantPad1d.class, ConstantPad2d.class, ConstantPad3d.class)) {
            fields(pad, "padding", "value");
        }
    }

    private static void norms() {
        for (Class<? extends Module> norm : List.of(BatchNorm1d.class, BatchNorm2d.class, BatchNorm3d.class, InstanceNorm1d.class,
                InstanceNorm2d.class, InstanceNorm3d.class)) {
            fields(norm, "num_features", "options");
        }
        for (Class<? extends Module> norm : List.of(LazyBatchNorm1d.class, LazyBatchNorm2d.class, LazyBatchNorm3d.class, LazyInstanceNorm1d.class,
                LazyInstanceNorm2d.class, LazyInstanceNorm3d.class)) {
            fields(norm, "options");
        }
        entry(LayerNorm.class, l -> of("normalized_shape", l.normalizedShape, "eps", l.eps, "elementwise_affine", l.elementwiseAffine, "bias",
                l.bias() != null), a -> new LayerNorm(a.integers("normalized_shape"), a.number("eps"), a.flag("elementwise_affine"), a.flag("bias")));
        entry(RMSNorm.class, l -> of("normalized_shape", l.normalizedShape, "eps", l.eps, "elementwise_affine", l.weight() != null),
                a -> new RMSNorm(a.integers("normalized_shape"), (Double) SpecValues.typed(Double.class, a, "eps"), a.flag("elementwise_affine")));
        entry(GroupNorm.class, l -> of("num_groups", l.numGroups, "num_channels", l.numChannels, "eps", l.eps, "affine", l.affine, "bias",
                l.bias() != null), a -> new GroupNorm(a.integer("num_groups"), a.integer("num_channels"), a.number("eps"), a.flag("affine"),
                        a.flag("bias")));
        fields(LocalResponseNorm.class, "size", "alpha", "beta", "k");
    }

    private static void activations() {
        for (Class<? extends Module> plain : List.of(ReLU.class, ReLU6.class, SELU.class, SiLU.class, Mish.class, Sigmoid.class, LogSigmoid.class,
                Tanh.class, Tanhshrink.class, Softsign.class, Hardsigmoid.class, Hardswish.class, Softmax2d.class)) {
            fields(plain);
        }
        fields(CELU.class, "alpha");
        fields(ELU.class, "alpha");
        fields(GELU.class, "approximate");
        fields(GLU.class, "dim");
        fields(Hardshrink.class, "lambda");
        fields(Softshrink.class, "lambda");
        fields(Hardtanh.class, "min_val", "max_val");
        fields(LeakyReLU.class, "negative_slope");
        fields(RReLU.class, "lower", "upper");
        fields(Softplus.class, "beta", "threshold");
        fields(Threshold.class, "threshold", "value");
        fields(Softmax.class, "dim");
        fields(Softmin.class, "dim");
        fields(LogSoftmax.class, "dim");
        entry(PReLU.class, l -> of("num_parameters", l.weight().size(0)), a -> new PReLU(a.integer("num_parameters"), 0.25));
        fields(CosineSimilarity.class, "dim", "eps");
        fields(PairwiseDistance.class, "p", "eps", "keep_dim");
    }

    private static void recurrent() {
        for (Class<? extends Module> rnn : List.of(RNN.class, LSTM.class, GRU.class)) {
            fields(rnn, "input_size", "hidden_size", "options");
        }
        entry(LSTMCell.class, BuiltIns::cell, a -> new LSTMCell(a.integer("input_size"), a.integer("hidden_size"), a.flag("bias"), dtype(a)));
        entry(GRUCell.class, BuiltIns::cell, a -> new GRUCell(a.integer("input_size"), a.integer("hidden_size"), a.flag("bias"), dtype(a)));
        entry(RNNCell.class, l -> {
            Map<String, Object> arguments = cell(l);
            arguments.put("nonlinearity", l.cell == Cell.TANH ? RNNBase.Nonlinearity.TANH : RNNBase.Nonlinearity.RELU);
            return arguments;
        }, a -> new RNNCell(a.integer("input_size"), a.integer("hidden_size"), a.flag("bias"),
                (RNNBase.Nonlinearity) SpecValues.typed(RNNBase.Nonlinearity.class, a, "nonlinearity"), dtype(a)));
    }

    private static Map<String, Object> cell(RNNCellBase l) {
        return of("input_size", l.inputSize, "hidden_size", l.hiddenSize, "bias", l.slots[2] != null, "dtype", l.slots[0].dtype());
    }

    private static void attention() {
        fields(MultiheadAttention.class, "embed_dim", "num_heads", "options");
        entry(TransformerEncoderLayer.class, l -> of("d_model", l.selfAttn.embedDim, "nhead", l.selfAttn.numHeads, "options", l.options),
                a -> new TransformerEncoderLayer(a.integer("d_model"), a.integer("nhead"), options(TransformerOptions.class, a)));
        entry(TransformerDecoderLayer.class, l -> of("d_model", l.selfAttn.embedDim, "nhead", l.selfAttn.numHeads, "options", l.options),
                a -> new TransformerDecoderLayer(a.integer("d_model"), a.integer("nhead"), options(TransformerOptions.class, a)));
        entry(TransformerEncoder.class, l -> stack(l.layers, l.norm), a -> new TransformerEncoder(
                part(TransformerEncoderLayer.class, a, "layer"), a.integer("num_layers"), part(LayerNorm.class, a, "norm")));
        entry(TransformerDecoder.class, l -> stack(l.layers, l.norm), a -> new TransformerDecoder(
                part(TransformerDecoderLayer.class, a, "layer"), a.integer("num_layers"), part(LayerNorm.class, a, "norm")));
        entry(Transformer.class, l -> of("d_model", l.dModel, "nhead", l.nhead, "num_encoder_layers", l.encoder.layers.size(), "num_decoder_layers",
                l.decoder.layers.size(), "options", l.options), a -> new Transformer(a.integer("d_model"), a.integer("nhead"),
                        a.integer("num_encoder_layers"), a.integer("num_decoder_layers"), options(TransformerOptions.class, a)));
    }

    private static Map<String, Object> stack(ModuleList<?> layers, LayerNorm norm) {
        if (layers.size() == 0) {
            throw new IllegalArgumentException("a stack of no layers cannot be described: its layer is unknown");
        }
        return of("layer", arguments(layers.get(0)), "num_layers", layers.size(), "norm", norm == null ? null : arguments(norm));
    }

    private static <M extends Module> M part(Class<M> type, ModuleArguments a, String name) {
        return a.get(name) == null ? null : type.cast(build(type.getSimpleName(), a.nested(name)));
    }

    private static void losses() {
        for (Class<? extends Module> loss : List.of(BCELoss.class, BCEWithLogitsLoss.class, CTCLoss.class, CrossEntropyLoss.class,
                MultiLabelSoftMarginLoss.class, MultiMarginLoss.class, NLLLoss.class, PoissonNLLLoss.class, TripletMarginLoss.class)) {
            fields(loss, "options");
        }
        for (Class<? extends Module> loss : List.of(L1Loss.class, MSELoss.class, MultiLabelMarginLoss.class, SoftMarginLoss.class)) {
            fields(loss, "reduction");
        }
        for (Class<? extends Module> loss : List.of(CosineEmbeddingLoss.class, HingeEmbeddingLoss.class, MarginRankingLoss.class)) {
            fields(loss, "margin", "reduction");
        }
        entry(AdaptiveLogSoftmaxWithLoss.class, l -> of("in_features", l.inFeatures, "n_classes", l.cutoffs[l.cutoffs.length - 1], "cutoffs",
                Arrays.copyOf(l.cutoffs, l.cutoffs.length - 1), "div_value", l.divValue, "head_bias", l.head.bias() != null),
                a -> new AdaptiveLogSoftmaxWithLoss(a.integer("in_features"), a.integer("n_classes"), a.number("div_value"), a.flag("head_bias"),
                        a.integers("cutoffs")));
        fields(LinearCrossEntropyLoss.class, "in_features", "num_classes", "options");
        fields(GaussianNLLLoss.class, "full", "eps", "reduction");
        fields(HuberLoss.class, "delta", "reduction");
        fields(KLDivLoss.class, "log_target", "reduction");
        fields(SmoothL1Loss.class, "beta", "reduction");
        fields(TripletMarginWithDistanceLoss.class, "distance", "margin", "swap", "reduction");
    }

    private static void lists() {
        entry(ParameterList.class, l -> of("parameters", shapesOf(l.ownParameters()).values().toArray()),
                a -> new ParameterList(a.list("parameters").stream().map(shape -> zeros(a, shape)).toArray(Tensor[]::new)));
        entry(ParameterDict.class, l -> of("parameters", shapesOf(l.ownParameters())), a -> {
            ParameterDict built = new ParameterDict();
            ModuleArguments shapes = a.nested("parameters");
            if (a.get("parameters") instanceof Map<?, ?> names) {
                names.keySet().forEach(name -> built.put(String.valueOf(name), zeros(a, shapes.get(String.valueOf(name)))));
            }
            return built;
        });
    }

    /** The ready networks, which tell their arguments themselves. */
    private static void models() {
        described(TutorialCnn.class, a -> new TutorialCnn());
        described(LeNet5.class, a -> new LeNet5());
        described(ResNet.class, a -> ResNet.of(a.integer("depth"), a.integer("classes"), required(ResNet.Stem.class, a, "stem")));
        described(Vgg.class, a -> Vgg.of(a.integer("depth"), a.flag("batch_norm"), a.integer("classes")));
        described(MobileNetV2.class, a -> new MobileNetV2(a.integer("classes")));
    }

    private static Map<String, Object> shapesOf(Map<String, Tensor> parameters) {
        Map<String, Object> shapes = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> shapes.put(name, tensor == null ? null : tensor.shape().toArray()));
        return shapes;
    }

    private static Tensor zeros(ModuleArguments a, Object shape) {
        if (shape == null) {
            return null;
        }
        return Tensor.zeros(Shape.of(new ModuleArguments(a.who(), of("shape", shape)).integers("shape")), DType.FLOAT32, Device.CPU);
    }

    // ---- lines of the table ----

    private static <M extends Module> void entry(Class<M> type, Function<M, Map<String, Object>> describe, Function<ModuleArguments, M> build) {
        ENTRIES.put(type.getSimpleName(), new Entry(type, module -> describe.apply(type.cast(module)), build::apply));
    }

    private static <M extends Module & Described> void described(Class<M> type, Function<ModuleArguments, M> build) {
        entry(type, module -> new LinkedHashMap<>(module.arguments()), build);
    }

    private static <M extends Module> void fields(Class<M> type, String... names) {
        Field[] fields = Arrays.stream(names).map(name -> field(type, SpecValues.camel(name))).toArray(Field[]::new);
        Class<?>[] types = Arrays.stream(fields).map(Field::getType).toArray(Class<?>[]::new);
        entry(type, module -> {
            Map<String, Object> arguments = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                arguments.put(names[i], SpecValues.read(fields[i], module));
            }
            return arguments;
        }, a -> {
            Object[] values = new Object[names.length];
            for (int i = 0; i < names.length; i++) {
                values[i] = SpecValues.typed(types[i], a, names[i]);
            }
            return SpecValues.construct(type, types, values);
        });
    }

    private static Field field(Class<?> type, String name) {
        for (Class<?> c = type; c != Module.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw new AssertionError(type.getSimpleName() + " has no field " + name);
    }

    private static <O> O options(Class<O> type, ModuleArguments a) {
        return required(type, a, "options");
    }

    private static <V> V required(Class<V> type, ModuleArguments a, String name) {
        Object value = SpecValues.typed(type, a, name);
        if (value == null) {
            throw new IllegalArgumentException("%s: %s must not be null".formatted(a.who(), name));
        }
        return type.cast(value);
    }

    private static DType dtype(ModuleArguments a) {
        DType dtype = (DType) SpecValues.typed(DType.class, a, "dtype");
        if (dtype == null || !dtype.isFloating()) {
            throw new IllegalArgumentException("%s: dtype must be floating point, got %s".formatted(a.who(), dtype));
        }
        return dtype;
    }

    private static Map<String, Object> of(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    /** The names in the table, for its test. */
    static List<String> names() {
        return new ArrayList<>(ENTRIES.keySet());
    }
}
