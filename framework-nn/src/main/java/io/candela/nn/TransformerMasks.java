package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * The masks of a {@link Transformer} and its {@linkplain TransformerDecoder decoder}; start from {@link #none()}. They are bool, true where nobody
 * may look, or numbers that are added; null for none.
 *
 * @param src              {@code (source, source)} or {@code (n · heads, source, source)}
 * @param tgt              {@code (target, target)} or {@code (n · heads, target, target)}
 * @param memory           {@code (target, source)} or {@code (n · heads, target, source)}
 * @param srcKeyPadding    {@code (n, source)}
 * @param tgtKeyPadding    {@code (n, target)}
 * @param memoryKeyPadding {@code (n, source)}
 * @param srcIsCausal      whether {@code src} is the causal mask: then it need not be read
 * @param tgtIsCausal      likewise
 * @param memoryIsCausal   likewise
 */
public record TransformerMasks(Tensor src, Tensor tgt, Tensor memory, Tensor srcKeyPadding, Tensor tgtKeyPadding, Tensor memoryKeyPadding,
        boolean srcIsCausal, boolean tgtIsCausal, boolean memoryIsCausal) {
    /** No masks. */
    public static TransformerMasks none() {
        return new TransformerMasks(null, null, null, null, null, null, false, false, false);
    }

    /** These masks with another {@code src}. */
    public TransformerMasks withSrc(Tensor src) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks with another {@code tgt}. */
    public TransformerMasks withTgt(Tensor tgt) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks with another {@code memory}. */
    public TransformerMasks withMemory(Tensor memory) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks with another {@code srcKeyPadding}. */
    public TransformerMasks withSrcKeyPadding(Tensor srcKeyPadding) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks with another {@code tgtKeyPadding}. */
    public TransformerMasks withTgtKeyPadding(Tensor tgtKeyPadding) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks with another {@code memoryKeyPadding}. */
    public TransformerMasks withMemoryKeyPadding(Tensor memoryKeyPadding) {
        return new TransformerMasks(src, tgt, memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, srcIsCausal, tgtIsCausal, memoryIsCausal);
    }

    /** These masks, of which these are the causal ones. */
    public TransformerMasks withCausal(boolean src, boolean tgt, boolean memory) {
        return new TransformerMasks(this.src, this.tgt, this.memory, srcKeyPadding, tgtKeyPadding, memoryKeyPadding, src, tgt, memory);
    }
}
