package io.candela.nn;

import java.util.Map;

/**
 * What a class of your own implements so that a {@link ModuleSpec} can describe it, and with that a file hold the whole model: it tells the
 * arguments of its constructor. What follows from these (its layers and their sizes) needs no telling; parameters and buffers are saved anyway.
 *
 * <pre>{@code
 * public final class Mlp extends Layer implements Described {
 *     private final int hidden;
 *     ...
 *     public Mlp(int hidden) { ... }
 *
 *     @Override public Map<String, ?> arguments() { return Map.of("hidden", hidden); }
 * }
 *
 * ModuleFactories factories = ModuleFactories.none().allow(Mlp.class, args -> new Mlp(args.integer("hidden")));
 * }</pre>
 */
public interface Described {
    /**
     * The arguments from which a {@link ModuleFactories factory} builds the like of this module; none unless overridden. Values are numbers,
     * booleans, strings, tensors, null, and lists and maps of these.
     */
    default Map<String, ?> arguments() {
        return Map.of();
    }
}
