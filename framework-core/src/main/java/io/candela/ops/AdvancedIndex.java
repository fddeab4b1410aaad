package io.candela.ops;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Index;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Python's {@code x[...]}: slices, numbers and new axes make a view; tensors then pick from it. */
public final class AdvancedIndex {
    private AdvancedIndex() {}

    /** The view that the slices make, and for each of its dimensions the picking tensor, or null. */
    private record Plan(Tensor view, Tensor[] picks) {
        boolean isView() {
            return Arrays.stream(picks).allMatch(p -> p == null);
        }
    }

    private static Plan plan(Tensor x, Object... items) {
        List<Index> list = new ArrayList<>(items.length);
        int used = 0;
        int ellipses = 0;
        for (Object item : items) {
            Index i = Index.of(item);
            list.add(i);
            used += i.dimensions();
            ellipses += i == Index.ELLIPSIS ? 1 : 0;
        }
        if (ellipses > 1) {
            throw new ShapeException("index: only one ellipsis is allowed, got %d", ellipses);
        }
        if (used > x.dim()) {
            throw new ShapeException("index: %d dimensions are indexed, %s has %d", used, x.shape(), x.dim());
        }
        Tensor view = x;
        List<Tensor> picks = new ArrayList<>();
        for (Index i : list) {
            int d = picks.size();
            switch (i.kind()) {
                case ELLIPSIS -> {
                    for (int k = 0; k < x.dim() - used; k++) {
                        picks.add(null);
                    }
                }
                case NEW_AXIS -> {
                    view = view.unsqueeze(d);
                    picks.add(null);
                }
                case POSITION -> view = view.select(d, i.start());
                case SLICE -> {
                    view = i.isAll() ? view : view.slice(d, i.start(), i.end(), i.step());
                    picks.add(null);
                }
                case TENSOR -> {
                    Tensor t = i.tensor();
                    if (t.dtype() == DType.BOOL) {
                        for (int k = 0; k < t.dim(); k++) {
                            if (t.size(k) != view.size(d + k)) {
                                throw new ShapeException("index: mask %s does not fit dimension %d of %s", t.shape(), d + k, view.shape());
                            }
                        }
                        if (t.dim() == 0) {
                            view = view.unsqueeze(d);
                            t = t.reshape(1);
                        }
                        picks.addAll(Arrays.asList(t.nonzero().unbind(1)));
                    } else {
                        if (!t.dtype().isIntegral()) {
                            throw new DTypeException("index: index tensors must be integers or bool, got %s", t.dtype());
                        }
                        picks.add(t.to(DType.INT64));
                    }
                }
                default -> throw new AssertionError(i);
            }
        }
        while (picks.size() < view.dim()) {
            picks.add(null);
        }
        return new Plan(view, picks.toArray(new Tensor[0]));
    }

    /** Reads. A view if there are no tensors among the items. */
    public static Tensor get(Tensor x, Object... items) {
        Plan plan = plan(x, items);
        return plan.isView() ? plan.view : pick(plan.view, plan.picks);
    }

    /** As PyTorch's {@code index}: a tensor or null per leading dimension. */
    private static Tensor pick(Tensor x, Tensor... picks) {
        int rank = x.dim();
        int[] order = new int[rank];
        int count = 0;
        int first = -1;
        int last = -1;
        Shape wide = Shape.SCALAR;
        for (int d = 0; d < rank; d++) {
            if (picks[d] != null) {
                first = count == 0 ? d : first;
                last = d;
                order[count++] = d;
                wide = Shape.broadcast("index", wide, picks[d].shape());
            }
        }
        int n = count;
        for (int d = 0; d < rank; d++) {
            if (picks[d] == null) {
                order[n++] = d;
            }
        }
        long[] rows = new long[wide.numel()];
        int total = 1;
        for (int k = 0; k < count; k++) {
            int d = order[k];
            int size = x.size(d);
            long[] at = picks[d].expand(wide.toArray()).toLongArray();
            for (int i = 0; i < at.length; i++) {
                Positions.check("index", at[i], i, d, x.shape(), true);
                rows[i] = rows[i] * size + (at[i] < 0 ? at[i] + size : at[i]);
            }
            total *= size;
        }
        Tensor front = x.permute(order);
        int[] rest = Arrays.copyOfRange(front.shape().dims(), count, rank);
        Tensor table = front.reshape(Shape.of(total).append(rest).toArray());
        Tensor index = Tensor.of(rows, rows.length).to(x.device());
        Tensor out = table.indexSelect(0, index).reshape(wide.append(rest).toArray());
        boolean together = last - first + 1 == count;
        if (!together || first == 0 || wide.rank() == 0) {
            return out;
        }
        int[] from = new int[wide.rank()];
        int[] to = new int[wide.rank()];
        for (int i = 0; i < from.length; i++) {
            from[i] = i;
            to[i] = first + i;
        }
        return Rearrange.moveDim(out, from, to).contiguous();
    }

    /** A copy with values written or added where the items point. */
    public static Tensor put(Tensor x, Tensor values, boolean accumulate, Object... items) {
        return write("indexPut", x, values, accumulate, false, items);
    }

    /** Writes or adds values where the items point. */
    public static Tensor putInPlace(Tensor x, Tensor values, boolean accumulate, Object... items) {
        boolean recorded = Autograd.isGradEnabled() && (x.requiresGrad() || values.requiresGrad());
        if (!recorded && !accumulate) {
            Plan plan = plan(x.detach(), items);
            if (plan.isView()) {
                plan.view.copyFrom(fit("setIndex", values, plan.view.shape()));
                return x;
            }
        }
        return write("setIndex", x, values, accumulate, true, items);
    }

    private static Tensor write(String who, Tensor x, Tensor values, boolean accumulate, boolean inPlace, Object... items) {
        Tensor positions = get(Window.positions(x.shape(), x.device()), items).contiguous();
        Tensor fitted = fit(who, values, positions.shape());
        return Put.apply(who, x, fitted.dim() == 0 ? fitted.to(x.dtype()) : fitted, positions, accumulate, inPlace);
    }

    /** As in Python, leading dimensions of size 1 of the values do not matter. */
    private static Tensor fit(String who, Tensor values, Shape shape) {
        Tensor out = values;
        while (out.dim() > shape.rank() && out.size(0) == 1) {
            out = out.squeeze(0);
        }
        if (!out.shape().broadcastsTo(shape)) {
            throw new ShapeException("%s: values %s do not broadcast to %s, the shape of what is indexed", who, values.shape(), shape);
        }
        return out;
    }
}
