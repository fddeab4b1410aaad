package io.candela.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** Modules by position, under the keys {@code 0}, {@code 1}, …. It has no forward: what happens with them is its owner's business. */
public sealed class ModuleList<M extends Module> extends Module implements Iterable<M> permits ParametrizationList {
    private final List<M> list = new ArrayList<>();

    /** The modules given. */
    @SafeVarargs
    public ModuleList(M... modules) {
        for (M module : modules) {
            append(module);
        }
    }

    /** The modules given. */
    public ModuleList(Iterable<? extends M> modules) {
        modules.forEach(this::append);
    }

    /** Adds a module at the end; returns this. */
    public final ModuleList<M> append(M module) {
        list.add(register(Integer.toString(list.size()), module));
        return this;
    }

    /** The module at a position; negative counts from the end. */
    public final M get(int index) {
        return list.get(position("ModuleList", index, list.size()));
    }

    /** How many modules there are. */
    public final int size() {
        return list.size();
    }

    @Override
    public final Iterator<M> iterator() {
        return Collections.unmodifiableList(list).iterator();
    }

    /** The position from 0 of an index that may be negative. */
    static int position(String who, int index, int size) {
        return position(who, index, size, "modules");
    }

    static int position(String who, int index, int size, String what) {
        if (index < -size || index >= size) {
            throw new IndexOutOfBoundsException("%s: index %d is out of range for %d %s".formatted(who, index, size, what));
        }
        return index < 0 ? index + size : index;
    }
}
