package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** An order of elements that oneDNN chose for a weight. There is one object per order, so that {@code ==} tells whether a copy fits. */
final class DnnLayout {
    private static final List<DnnLayout> ALL = new ArrayList<>();

    final memory.desc desc;
    final long bytes;

    private DnnLayout(memory.desc desc) {
        this.desc = desc;
        this.bytes = desc.get_size();
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
