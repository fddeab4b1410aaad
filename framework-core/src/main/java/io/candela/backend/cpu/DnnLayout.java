package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;

import io.candela.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** An order of elements that oneDNN chose for a weight. There is one object per order, so that {@code ==} tells whether a copy fits. */
final class DnnLayout {
    private static final List<DnnLayout> ALL = new ArrayList<>();

    final memory.desc desc;
    final long bytes;

    private Boolean cut; // see isCut; made at its first use, any thread's is as good

    private DnnLayout(memory.desc desc) {
        this.desc = desc;
        this.bytes = desc.get_size();
    }

    /** Whether every part of {@code filters} filters is a part of the layout: its blocks may be larger, or filled up. */
    boolean isCut(Shape weight, int filters) {
        Boolean known = cut;
        if (known == null) {
            try {
                for (int first = 0; first < weight.dim(0); first += filters) {
                    part(weight.with(0, filters), first);
                }
                known = true;
            } catch (RuntimeException e) { // JavaCPP's form of oneDNN's refusal
                known = false;
            }
            cut = known;
        }
        return known;
    }

    /** The layout of some filters alone. */
    memory.desc part(Shape part, int first) {
        long[] offsets = new long[part.rank()];
        offsets[0] = first;
        return desc.submemory_desc(ReorderDnn.longs(part.dims()), offsets);
    }

    static synchronized DnnLayout of(memory.desc desc) {
        for (DnnLayout known : ALL) {
            if (dnnl_memory_desc_equal(known.desc.get(), desc.get()) != 0) {
                return known;
            }
        }
        DnnLayout layout = new DnnLayout(new memory.desc(desc));
        ALL.add(layout);
        return layout;
    }
}
