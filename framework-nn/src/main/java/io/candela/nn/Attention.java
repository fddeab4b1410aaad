package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/** What can be chosen for {@link F#scaledDotProductAttention(Tensor, Tensor, Tensor, Options)}. */
public final class Attention {
    private Attention() {}

    /**
     * The options; start from {@link #options()}.
     *
     * @param attnMask  broadcasts to {@code (*, queries, keys)}: bool, true where a query may look; or numbers that are added. Null, the default,
     *                  for none
     * @param dropoutP  probability of a weight to become 0, applied whenever it is not 0: there is no mode here; default 0
     * @param isCausal  whether query i looks at keys 0 … i alone, besides what the mask forbids; default false
     * @param scale     of the products; null, the default, for 1/√features
     * @param enableGqa whether several heads of queries share one of keys and values; default false
     */
    public record Options(Tensor attnMask, double dropoutP, boolean isCausal, Double scale, boolean enableGqa) {
        /** These options with another {@code attnMask}. */
        public Options withAttnMask(Tensor attnMask) {
            return new Options(attnMask, dropoutP, isCausal, scale, enableGqa);
        }

        /** These options with another {@code dropoutP}. */
        public Options withDropoutP(double dropoutP) {
            return new Options(attnMask, dropoutP, isCausal, scale, enableGqa);
        }

        /** These options with another {@code isCausal}. */
        public Options withIsCausal(boolean isCausal) {
            return new Options(attnMask, dropoutP, isCausal, scale, enableGqa);
        }

        /** These options with another {@code scale}. */
        public Options withScale(Double scale) {
            return new Options(attnMask, dropoutP, isCausal, scale, enableGqa);
        }

        /** These options with another {@code enableGqa}. */
        public Options withEnableGqa(boolean enableGqa) {
            return new Options(attnMask, dropoutP, isCausal, scale, enableGqa);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, 0, false, null, false);
    }

    static Tensor scaledDotProduct(Tensor query, Tensor key, Tensor value, Options options) {
        if (Autocast.concerns(Autocast.Rule.LOWER, query)) {
            return Autocast.apply(Autocast.Rule.LOWER, t -> scaledDotProduct(t[0], t[1], t[2], options), query, key, value);
        }
        check(query, key, value, options);
        Tensor k = key;
        Tensor v = value;
        if (options.enableGqa) {
            k = shared(query, key);
            v = shared(query, value);
        }
        int queries = query.size(-2);
        int keys = k.size(-2);
        double root = Math.sqrt(options.scale == null ? 1 / Math.sqrt(query.size(-1)) : options.scale); // half on each side, as PyTorch: smaller numbers
        Tensor scores = query.mul(root).matmul(k.mT().mul(root));
        Tensor mask = additive("scaledDotProductAttention", options.attnMask, query.dtype(), true);
        if (options.isCausal) {
            Tensor causal = causalMask(queries, keys, query.dtype(), query.device());
            mask = mask == null ? causal : mask.add(causal);
        }
        Tensor weights;
        if (mask == null) {
            weights = scores.softmax(-1);
        } else {
            Tensor nothing = mask.detach().eq(Double.NEGATIVE_INFINITY).all(-1, true); // these queries get zeros
            boolean some = nothing.any().item() != 0;
            Tensor masked = scores.add(mask);
            weights = some ? masked.maskedFill(nothing, 0).softmax(-1).maskedFill(nothing, 0) : masked.softmax(-1);
        }
        return (options.dropoutP > 0 ? F.dropout(weights, options.dropoutP, true) : weights).matmul(v);
    }

    private static void check(Tensor query, Tensor key, Tensor value, Options options) {
        String who = "scaledDotProductAttention";
        Dropouts.check(who, options.dropoutP);
        if (query.dim() < 2 || key.dim() < 2 || value.dim() < 2) {
            throw new ShapeException("%s: query, key and value must have 2 dimensions at least, got %s, %s and %s", who, query.shape(), key.shape(),
                    value.shape());
        }
        if (query.dtype() != key.dtype() || query.dtype() != value.dtype()) {
            throw new DTypeException("%s: query, key and value must have one type, got %s, %s and %s; convert with to(dtype)", who, query.dtype(),
                    key.dtype(), value.dtype());
        }
        if (query.size(-1) != key.size(-1) || key.size(-2) != value.size(-2)) {
            throw new ShapeException("%s: query (*, queries, features), key (*, keys, features) and value (*, keys, any) do not fit, got %s, %s and %s",
                    who, query.shape(), key.shape(), value.shape());
        }
    }

    /** Keys or values repeated until every head of the queries has its own. */
    private static Tensor shared(Tensor query, Tensor x) {
        if (query.dim() < 3 || x.dim() < 3 || x.size(-3) == 0 || query.size(-3) % x.size(-3) != 0) {
            throw new ShapeException("scaledDotProductAttention: with enableGqa the heads of keys and values must divide those of the queries, got %s "
                    + "and %s", query.shape(), x.shape());
        }
        return query.size(-3) == x.size(-3) ? x : x.repeatInterleave(query.size(-3) / x.size(-3), -3);
    }

    /** 0 where a query may look, −∞ where not: {@code (queries, keys)}, query i looks at keys 0 … i. */
    static Tensor causalMask(int queries, int keys, DType dtype, Device device) {
        return Tensor.full(Shape.of(queries, keys), Double.NEGATIVE_INFINITY, dtype, device).triu(1);
    }

    /** A mask that is added: itself if it is floating point, else −∞ at the places that a bool mask forbids. */
    private static Tensor additive(String who, Tensor mask, DType dtype, boolean trueAllows) {
        if (mask == null || mask.dtype().isFloating()) {
            return mask;
        }
        if (mask.dtype() != DType.BOOL) {
            throw new DTypeException("%s: a mask must be bool or floating point, got %s", who, mask.dtype());
        }
        return Tensor.zeros(mask.shape(), dtype, mask.device()).maskedFill(trueAllows ? mask.logicalNot() : mask, Double.NEGATIVE_INFINITY);
    }

    /**
     * The parameters of {@link MultiheadAttention} as they are now.
     *
     * @param in   the joint weight, or null
     * @param q    with k and v, the weights apart, or null
     * @param bias of all three projections, or null
     */
    record Weights(Tensor in, Tensor q, Tensor k, Tensor v, Tensor bias, Tensor biasK, Tensor biasV, Tensor out, Tensor outBias) {}

    /** In several heads; operands {@code (length, n, features)}. Weights come per head unless averaged, and are null if not asked for. */
    static MultiheadAttention.Result multiHead(Tensor query, Tensor key, Tensor value, int heads, Weights w, boolean addZeroAttn, double dropout,
            MultiheadAttention.Arguments arguments) {
        int queries = query.size(0);
        int batch = query.size(1);
        int size = query.size(2);
        Tensor padding = additive("MultiheadAttention", arguments.keyPaddingMask(), query.dtype(), false);
        Tensor mask = additive("MultiheadAttention", arguments.attnMask(), query.dtype(), false);
        boolean causal = arguments.isCausal() && padding == null;
        if (causal && !arguments.needWeights()) {
            mask = null; // the mask is known to be the causal one
        }
        checkMask(mask, queries, key.size(0), batch, heads);
        Tensor[] projected = project(query, key, value, w);
        Tensor k = projected[1];
        Tensor v = projected[2];
        if (w.biasK != null) {
            k = Tensor.cat(0, k, w.biasK.expand(1, batch, size));
            v = Tensor.cat(0, v, w.biasV.expand(1, batch, size));
            mask = withOneMore(mask);
            padding = withOneMore(padding);
        }
        int features = size / heads;
        Tensor q = heads(projected[0], batch * heads, features);
        k = heads(k, batch * heads, features);
        v = heads(v, batch * heads, features);
        if (addZeroAttn) {
            Tensor zero = Tensor.zeros(Shape.of(batch * heads, 1, features), k.dtype(), k.device());
            k = Tensor.cat(1, k, zero);
            v = Tensor.cat(1, v, zero);
            mask = withOneMore(mask);
            padding = withOneMore(padding);
        }
        int keys = k.size(1);
        if (mask != null && mask.dim() == 2) {
            mask = mask.unsqueeze(0);
        }
        if (padding != null) {
            Tensor each = padding.view(batch, 1, 1, keys).expand(batch, heads, 1, keys).reshape(batch * heads, 1, keys);
            mask = mask == null ? each : mask.add(each);
        }
        if (!arguments.needWeights()) {
            Tensor masks = mask == null ? null : mask.size(0) == 1 ? mask.unsqueeze(0) : mask.view(batch, heads, mask.size(1), keys);
            Tensor y = scaledDotProduct(q.view(batch, heads, queries, features), k.view(batch, heads, keys, features), v.view(batch, heads, keys, features),
                    new Options(masks, dropout, causal, null, false));
            return new MultiheadAttention.Result(out(y.permute(2, 0, 1, 3).reshape(queries * batch, size), w, queries, batch), null);
        }
        Tensor scores = q.mul(Math.sqrt(1.0 / features)).matmul(k.mT());
        Tensor weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
        if (dropout > 0) {
            weights = F.dropout(weights, dropout, true);
        }
        Tensor y = out(weights.matmul(v).transpose(0, 1).reshape(queries * batch, size), w, queries, batch);
        Tensor perHead = weights.view(batch, heads, queries, keys);
        return new MultiheadAttention.Result(y, arguments.averageAttnWeights() ? perHead.mean(1) : perHead);
    }

    private static void checkMask(Tensor mask, int queries, int keys, int batch, int heads) {
        if (mask == null) {
            return;
        }
        Shape wanted = mask.dim() == 3 ? Shape.of(batch * heads, queries, keys) : Shape.of(queries, keys);
        if (!mask.shape().equals(wanted)) {
            throw new ShapeException("MultiheadAttention: attnMask must be %s or %s, got %s", Shape.of(queries, keys),
                    Shape.of(batch * heads, queries, keys), mask.shape());
        }
    }

    /** Queries, keys and values, in one product where they come from one tensor. */
    private static Tensor[] project(Tensor query, Tensor key, Tensor value, Weights w) {
        int size = query.size(2);
        if (w.in == null) {
            Tensor[] biases = w.bias == null ? new Tensor[3] : w.bias.chunk(3, 0);
            return new Tensor[] {F.linear(query, w.q, biases[0]), F.linear(key, w.k, biases[1]), F.linear(value, w.v, biases[2])};
        }
        if (query == key && key == value) {
            Tensor[] parts = F.linear(query, w.in, w.bias).chunk(3, -1);
            return Arrays.stream(parts).map(Tensor::contiguous).toArray(Tensor[]::new);
        }
        Tensor[] weights = w.in.split(size, 0);
        Tensor[] biases = w.bias == null ? new Tensor[3] : w.bias.split(size, 0);
        return new Tensor[] {F.linear(query, weights[0], biases[0]), F.linear(key, weights[1], biases[1]), F.linear(value, weights[2], biases[2])};
    }

    private static Tensor heads(Tensor x, int count, int features) {
        return x.reshape(x.size(0), count, features).transpose(0, 1).contiguous();
    }

    private static Tensor out(Tensor rows, Weights w, int queries, int batch) {
        return F.linear(rows, w.out, w.outBias).view(queries, batch, w.out.size(0));
    }

    /** A mask with a key more, at which every query may look. */
    private static Tensor withOneMore(Tensor mask) {
        return mask == null ? null : Tensor.cat(-1, mask, Tensor.zeros(mask.shape().with(mask.dim() - 1, 1), mask.dtype(), mask.device()));
    }
}
