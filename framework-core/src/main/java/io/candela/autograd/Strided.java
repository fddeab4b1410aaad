package io.candela.autograd;

import io.candela.backend.Backend;
import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * How gradients pass between a tensor and what one of its views shows, by geometry alone: for views of tensors that were changed in place.
 *
 * <p>The change of a view {@code v} of {@code b} by {@code v = f(v, w)} counts as {@code b = b with f(take(b), w) in v's place}; all views are
 * then views of the new {@code b}.
 */
public final class Strided extends UnaryOp {
    private enum Kind {
        /** The view's elements of a tensor of the base's shape. */ TAKE,
        /** Zeros of the base's shape with the operand in the view's place. */ PUT,
        /** The operand, of the base's shape, with zeros in the view's place. */ ERASE
    }

    private final Kind kind;
    private final Geometry geometry;

    private Strided(Kind kind, Geometry geometry) {
        this.kind = kind;
        this.geometry = geometry;
    }

    /** For {@link Tensor}: a node for {@code view} as a part of {@code base} as it is now, which takes part in the graph. */
    public static Node take(Tensor base, Tensor view) {
        Strided op = new Strided(Kind.TAKE, new Geometry(base, view));
        op.in = base.gradNode();
        op.depth = op.in.depth + 1;
        op.shape = view.shape();
        op.dtype = view.dtype();
        return op;
    }

    /** Makes {@code base} a result of what it was, and of the node {@code contents} (null: of nothing) in the place of {@code view}. */
    static void change(Tensor base, Tensor view, Node contents) {
        Change op = new Change(new Geometry(base, view));
        if (base.requiresGrad()) {
            op.lhs = base.gradNode();
            op.depth = op.lhs.depth;
        }
        if (contents != null) {
            op.rhs = contents;
            op.depth = Math.max(op.depth, contents.depth);
        }
        op.depth++;
        Extras before = base.gradNodeOrNull() == null ? null : base.gradNodeOrNull().extras;
        op.record(base);
        if (before != null && before.retained == base) {
            before.retained = null;
            op.retainFor(base);
        }
    }

    @Override
    public String name() {
        return switch (kind) {
            case TAKE -> "view";
            case PUT -> "viewBackward";
            case ERASE -> "eraseView";
        };
    }

    @Override
    protected Tensor forward(Tensor g) {
        return switch (kind) {
            case TAKE -> geometry.part(geometry.room(g, true));
            case PUT -> {
                Tensor room = geometry.room(g, false);
                geometry.add(g, room);
                yield geometry.whole(room);
            }
            case ERASE -> {
                Tensor room = geometry.room(g, true);
                Backend.of(g).pointwise().fill(geometry.part(room), 0);
                yield geometry.whole(room);
            }
        };
    }

    @Override
    protected Tensor grad(Tensor g) {
        Kind transposed = kind == Kind.TAKE ? Kind.PUT : kind == Kind.PUT ? Kind.TAKE : Kind.ERASE;
        return Autograd.apply(new Strided(transposed, geometry), g);
    }

    /** The change of a view, as an operation on its base and the new contents. */
    private static final class Change extends BinaryOp {
        private final Geometry geometry;

        Change(Geometry geometry) {
            this.geometry = geometry;
        }

        @Override
        public String name() {
            return "changeView";
        }

        @Override
        protected Tensor forward(Tensor a, Tensor b) {
            throw new AssertionError("the memory was changed already");
        }

        @Override
        protected Tensor gradLhs(Tensor g) {
            return Autograd.apply(new Strided(Kind.ERASE, geometry), g);
        }

        @Override
        protected Tensor gradRhs(Tensor g) {
            return Autograd.apply(new Strided(Kind.TAKE, geometry), g);
        }
    }

    /** Where a base and a view lie, relative to the first element that either reaches. */
    private static final class Geometry {
        private final Shape baseShape;
        private final int[] baseStrides;
        private final int baseOffset;
        private final Shape viewShape;
        private final int[] viewStrides;
        private final int viewOffset;
        private final int size;

        Geometry(Tensor base, Tensor view) {
            long low = Math.min(end(base, false), end(view, false));
            long high = Math.max(end(base, true), end(view, true));
            baseShape = base.shape();
            baseStrides = base.strides();
            baseOffset = (int) (base.offset() - low);
            viewShape = view.shape();
            viewStrides = view.strides();
            viewOffset = (int) (view.offset() - low);
            size = Math.toIntExact(high - low + 1);
        }

        private static long end(Tensor t, boolean upper) {
            long end = t.offset();
            for (int i = 0; i < t.dim(); i++) {
                long reach = (long) t.strides()[i] * Math.max(t.size(i) - 1, 0);
                end += upper ? Math.max(reach, 0) : Math.min(reach, 0);
            }
            return end;
        }

        /** Memory for both, with {@code contents} as the base's or else with zeros. */
        Tensor room(Tensor like, boolean contents) {
            boolean full = contents && size == baseShape.numel();
            Tensor room = full ? Tensor.empty(Shape.of(size), like.dtype(), like.device())
                    : Tensor.full(Shape.of(size), 0, like.dtype(), like.device());
            if (contents) {
                Backend.of(like).pointwise().copy(like, whole(room));
            }
            return room;
        }

        Tensor whole(Tensor room) {
            return Tensor.over(room.storage(), room.dtype(), baseShape, baseStrides, baseOffset);
        }

        Tensor part(Tensor room) {
            return Tensor.over(room.storage(), room.dtype(), viewShape, viewStrides, viewOffset);
        }

        /** Adds what belongs to the view's elements; those that share memory get their sum. */
        void add(Tensor g, Tensor room) {
            Tensor part = part(room);
            if (isDistinct(viewShape, viewStrides)) {
                Backend.of(g).pointwise().copy(g, part);
                return;
            }
            Tensor positions = Tensor.over(Tensor.arange(size).to(g.device()).storage(), DType.INT64, viewShape, viewStrides, viewOffset);
            Tensor sums = room.scatterAdd(0, positions.contiguous().view(-1), g.contiguous().view(-1));
            Backend.of(g).pointwise().copy(sums, room);
        }

    }

    /** Whether each element has memory of its own; false if that is hard to say. */
    private static boolean isDistinct(Shape shape, int... strides) {
        int rank = shape.rank();
        boolean[] used = new boolean[rank];
        long reach = 0; // sorted by stride, each must step over all that the ones before reach
        for (int n = 0; n < rank; n++) {
            int next = -1;
            for (int i = 0; i < rank; i++) {
                if (!used[i] && (next < 0 || Math.abs(strides[i]) < Math.abs(strides[next]))) {
                    next = i;
                }
            }
            used[next] = true;
            if (shape.dim(next) > 1) {
                if (Math.abs((long) strides[next]) <= reach) {
                    return false;
                }
                reach += Math.abs((long) strides[next]) * (shape.dim(next) - 1);
            }
        }
        return true;
    }

    /** Whether the elements lie side by side, in whatever order of dimensions. */
    static boolean isDense(Tensor t) {
        long reach = 1;
        for (int i = 0; i < t.dim(); i++) {
            if (t.strides()[i] < 0) {
                return false;
            }
            reach += (long) t.strides()[i] * (t.size(i) - 1);
        }
        return t.numel() > 0 && reach == t.numel() && isDistinct(t.shape(), t.strides());
    }
}
