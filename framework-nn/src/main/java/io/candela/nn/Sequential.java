package io.candela.nn;

import io.candela.autograd.Op;
import io.candela.tensor.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * Layers one after the other: each gets what the one before gave. Keys are {@code 0}, {@code 1}, … or names of your own.
 *
 * <pre>{@code
 * var model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3));
 * }</pre>
 */
public class Sequential extends HookedLayer implements Iterable<Layer> {
    private Layer[] layers = {}; // the children, without the cost of a map on the way forward
    private int[] lastWith = {}; // of a convolution or linear map, the last one of the layers that may run with it; else the layer itself
    private boolean[] beforeRelu = {}; // whether the layer is a batch normalization and the next one ReLU: they may run as one

    // Whether the layer is ReLU and the next one takes largest elements: the other way round is the same, but for the sign of zeros, of fewer elements.
    private boolean[] afterPool = {};

    /** Layers under the keys {@code 0}, {@code 1}, …. */
    public Sequential(Layer... layers) {
        for (Layer layer : layers) {
            append(layer);
        }
    }

    /**
     * Layers under names of their own.
     *
     * @param layers in the map's order, which should therefore be a defined one, as of {@link java.util.LinkedHashMap}
     */
    public Sequential(Map<String, ? extends Layer> layers) {
        layers.forEach(this::append);
    }

    /** Adds a layer under its position as the key; returns this. */
    public final Sequential append(Layer layer) {
        return append(Integer.toString(layers.length), layer);
    }

    /**
     * Adds a layer under a name; returns this.
     *
     * @throws IllegalArgumentException if the layer is null, or the name is empty, contains a dot or is taken
     */
    public final Sequential append(String name, Layer layer) {
        if (layer == null) {
            throw new IllegalArgumentException("Sequential: layer '%s' is null".formatted(name));
        }
        register(name, layer);
        Layer[] longer = Arrays.copyOf(layers, layers.length + 1);
        longer[layers.length] = layer;
        boolean[] pairs = Arrays.copyOf(beforeRelu, longer.length);
        if (layer instanceof ReLU && layers.length > 0) {
            pairs[layers.length - 1] = layers[layers.length - 1] instanceof BatchNorm;
        }
        boolean[] swaps = Arrays.copyOf(afterPool, longer.length);
        if (layer instanceof MaxPoolLayer && layers.length > 0) {
            swaps[layers.length - 1] = layers[layers.length - 1] instanceof ReLU;
        }
        layers = longer;
        beforeRelu = pairs;
        afterPool = swaps;
        lastWith = Arrays.copyOf(lastWith, longer.length);
        lastWith[longer.length - 1] = longer.length - 1;
        extend();
        return this;
    }

    /** Lets the last layer run with the convolution or linear map before it, if it may. */
    private void extend() {
        int last = layers.length - 1;
        boolean activates = layers[last] instanceof ReLU || layers[last] instanceof ReLU6;
        if (last > 0 && layers[last - 1] instanceof ConvLayer && (activates || layers[last] instanceof BatchNorm)) {
            lastWith[last - 1] = last;
        } else if (last > 1 && layers[last - 2] instanceof ConvLayer && layers[last - 1] instanceof BatchNorm && activates) {
            lastWith[last - 2] = last;
        } else if (last > 0 && layers[last - 1] instanceof Linear && Linear.knows(layers[last])) {
            lastWith[last - 1] = last;
        }
    }

    /** A convolution or linear map with the layers that may run with it; null where they must run one after the other. */
    private Tensor finished(int i, Tensor x) {
        Layer last = layers[lastWith[i]];
        if (layers[i] instanceof Linear linear) {
            return linear.finished(x, last);
        }
        return ((ConvLayer) layers[i]).finished(x, layers[i + 1] instanceof BatchNorm norm ? norm : null, null, last instanceof BatchNorm ? null : last);
    }

    /** The layer at a position; negative counts from the end. */
    public final Layer get(int index) {
        return layers[ModuleList.position("Sequential", index, layers.length)];
    }

    /** How many layers there are. */
    public final int size() {
        return layers.length;
    }

    @Override
    public final Iterator<Layer> iterator() {
        return Arrays.asList(layers.clone()).iterator();
    }

    @Override
    protected final boolean keepsNothing() {
        return keepNothing(layers);
    }

    @Override
    final Tensor compute(Tensor x) {
        Tensor y = x;
        boolean ours = false; // whether y is an intermediate result that only this method has seen
        for (int i = 0; i < layers.length; i++) {
            Layer layer = layers[i];
            boolean unseen = layer.keepsNothing();
            Tensor next = lastWith[i] > i ? finished(i, y) : null;
            if (next != null) {
                i = lastWith[i];
            } else if (beforeRelu[i] && unseen && layers[i + 1].keepsNothing()) {
                next = ((BatchNorm) layer).forward(y, (ReLU) layers[++i]);
            } else if (afterPool[i] && unseen && layers[i + 1].keepsNothing()) {
                Tensor largest = layers[++i].call(y);
                next = layer.call(largest);
                Op.releaseWithGraph(largest);
            } else {
                next = layer.call(y);
            }
            boolean fresh = next.storage() != y.storage();
            if (ours && fresh && unseen) {
                Op.releaseWithGraph(y);
            }
            ours = unseen && (fresh ? next.storage() != x.storage() : ours);
            y = next;
        }
        return y;
    }
}
