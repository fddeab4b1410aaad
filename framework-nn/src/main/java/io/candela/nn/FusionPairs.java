package io.candela.nn;

import io.candela.autograd.Autograd;
import io.candela.autograd.HookHandle;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Which normalization takes the output of which layer, as seen in one run. */
final class FusionPairs {
    private final Layer model;
    private final Map<Tensor, Layer> makers = new IdentityHashMap<>();
    private final Map<Module, Integer> runs = new IdentityHashMap<>();
    private final Map<Layer, Integer> taken = new IdentityHashMap<>(); // by how many normalizations
    private final Map<BatchNorm, Layer> pairs = new LinkedHashMap<>(); // modules are equal to themselves alone

    FusionPairs(Layer model) {
        this.model = model;
    }

    /** Runs the model; gives its output. */
    Tensor trace(Tensor example) {
        List<HookHandle> handles = new ArrayList<>();
        try {
            for (Module m : model.modules()) {
                if (m instanceof Layer layer && !layer.hasForwardHooks()) {
                    watch(layer, handles);
                }
            }
            return Autograd.noGrad(() -> model.call(example));
        } finally {
            handles.forEach(HookHandle::remove);
        }
    }

    private void watch(Layer layer, List<HookHandle> handles) {
        if (layer instanceof BatchNorm norm && norm.hasStatistics()) {
            handles.add(norm.registerForwardPreHook((m, x) -> {
                runs.merge(norm, 1, Integer::sum);
                Layer maker = makers.get(x);
                if (maker != null) {
                    taken.merge(maker, 1, Integer::sum);
                    pairs.put(norm, maker);
                }
                return null;
            }));
        } else if (layer.getClass() == Linear.class || layer instanceof ConvLayer) {
            handles.add(layer.registerForwardHook((m, x, y) -> {
                runs.merge(layer, 1, Integer::sum);
                makers.put(y, layer);
                return null;
            }));
        }
    }

    /** The pairs in the order of the run; without those of which a part ran, or was taken, more than once. */
    void each(BiConsumer<Layer, BatchNorm> action) {
        pairs.forEach((norm, layer) -> {
            if (runs.get(norm) == 1 && runs.get(layer) == 1 && taken.get(layer) == 1 && !norm.isTraining() && !layer.isTraining()) {
                action.accept(layer, norm);
            }
        });
    }
}
