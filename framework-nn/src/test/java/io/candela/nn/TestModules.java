package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.StateDict;
import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The modules of {@code tools/golden/nn.py}, and others that tests share. */
final class TestModules {
    private TestModules() {}

    /** The network of the tutorial. */
    static final class Mlp extends Layer {
        final Linear hidden = register("hidden", new Linear(4, 8));
        final ReLU act = register("act", new ReLU());
        final Linear output = register("output", new Linear(8, 3));
        final LogSoftmax logSoftmax = register("logsoftmax", new LogSoftmax(1));

        @Override
        public Tensor forward(Tensor x) {
            return logSoftmax.forward(output.forward(act.forward(hidden.forward(x))));
        }
    }

    /** A linear layer that shares another one's weight. */
    static final class TiedLinear extends Layer {
        private final Tensor weight;

        TiedLinear(Tensor weight) {
            this.weight = register("weight", weight);
        }

        @Override
        public Tensor forward(Tensor x) {
            return F.linear(x, weight, null);
        }

        @Override
        protected String describe() {
            return "in_features=" + weight.size(1) + ", out_features=" + weight.size(0) + ", bias=False";
        }

        @Override
        String typeName() {
            return "Linear";
        }
    }

    /** A bit of everything: ties, a child registered twice, empty slots, all kinds of buffers, extra state. */
    static final class Tied extends Module implements ExtraState {
        final Tensor scale = register("scale", Tensor.scalar(1.0));
        final Tensor nothing = register("nothing", (Tensor) null);
        final Tensor steps = registerBuffer("steps", Tensor.scalar(0L));
        final Tensor cache = registerBuffer("cache", Tensor.zeros(2), false);
        final Tensor none = registerBuffer("none", null);
        final Linear encoder = register("encoder", new Linear(3, 3));
        final TiedLinear decoder = register("decoder", new TiedLinear(encoder.weight()));
        final Linear again = register("again", encoder);
        final ModuleList<Layer> blocks = register("blocks", new ModuleList<>(new Sequential(new Linear(3, 3), new Tanh()),
                new Sequential(new Linear(3, 3), new Tanh()), new Dropout(0.1)));
        final ModuleDict<Linear> heads = register("heads", new ModuleDict<>(heads()));
        final Module later = register("later", (Module) null);
        final Tensor offset = register("offset", Tensor.zeros(3));
        Object epoch = 3;

        private static Map<String, Linear> heads() {
            Map<String, Linear> out = new LinkedHashMap<>();
            out.put("b", new Linear(3, 1));
            out.put("a", new Linear(3, 2));
            return out;
        }

        @Override
        public Object extraState() {
            return Map.of("epoch", epoch);
        }

        @Override
        public void setExtraState(Object state) {
            epoch = ((Map<?, ?>) state).get("epoch");
        }
    }

    /** Has a counter since version 2, like PyTorch's BatchNorm. */
    static final class Counting extends Module {
        final Tensor mean = registerBuffer("mean", Tensor.zeros(2));
        final Tensor batches = registerBuffer("batches", Tensor.scalar(7L));

        @Override
        protected long stateVersion() {
            return 2;
        }

        @Override
        protected void upgradeState(StateDict state, String prefix, Long version) {
            if (version == null || version < 2) {
                state.putIfAbsent(prefix + "batches", Tensor.scalar(0L));
            }
        }
    }

    /** One parameter of any shape. */
    static final class Holder extends Module {
        final Tensor value;

        Holder(Tensor value) {
            this.value = register("value", value);
        }
    }

    /** Copies of all tensors, for comparison afterwards. */
    static StateDict everything(Module module) {
        StateDict out = new StateDict();
        module.namedParameters("", true, false).forEach((name, tensor) -> out.put(name, tensor.detach().clone()));
        module.namedBuffers("", true, false).forEach((name, tensor) -> out.put(name, tensor.detach().clone()));
        return out;
    }

    /** A state dict with all floating point tensors filled with one number. */
    static StateDict filled(Module module, double value) {
        StateDict out = module.stateDictSnapshot();
        out.replaceAll((name, entry) -> entry instanceof Tensor t && t.dtype() != DType.INT64 ? t.fillInPlace(value) : entry);
        return out;
    }
}
