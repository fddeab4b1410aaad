package io.candela.examples;

import io.candela.io.data.Batch;
import io.candela.tensor.Tensor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All flowers once each epoch, in an order drawn from the default generator when the epoch begins; the last batch may be smaller. An epoch that was not
 * finished is gone on with by the next iterator.
 */
final class ShuffledFlowers implements Iterable<Batch> {
    private final IrisData data;
    private final int batchSize;
    private Tensor order; // of this epoch; null between epochs
    private int position; // in the order

    ShuffledFlowers(IrisData data, int batchSize) {
        this.data = data;
        this.batchSize = batchSize;
    }

    @Override
    public Iterator<Batch> iterator() {
        if (order == null) {
            order = Tensor.randperm(data.size());
            position = 0;
        }
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                boolean more = order != null && position < data.size();
                order = more ? order : null;
                return more;
            }

            @Override
            public Batch next() {
                int end = Math.min(position + batchSize, data.size());
                Batch batch = data.rows(order.slice(0, position, end)).batch();
                position = end;
                return batch;
            }
        };
    }

    /** The order of the epoch, null between epochs, and how far it is. */
    Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("order", order);
        state.put("position", (long) position);
        return state;
    }

    /** Goes on from {@link #stateDict}. */
    void loadStateDict(Map<String, ?> state) {
        order = (Tensor) state.get("order");
        position = (int) (long) (Long) state.get("position");
    }
}
