package io.candela.optim;

import io.candela.autograd.Autograd;
import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps gradients of float16 from vanishing, PyTorch's {@code torch.amp.GradScaler}: the loss is multiplied by a scale before the backward pass, and
 * the gradients are divided by it before the step. A step whose gradients are not all finite is skipped, and the scale shrinks; after many good
 * steps in a row it grows. bfloat16 needs none of this.
 *
 * <pre>{@code
 * scaler.scale(loss).backward();
 * scaler.unscale(optimizer);    // only if the gradients are looked at, or clipped, before the step
 * scaler.step(optimizer);
 * scaler.update();
 * }</pre>
 */
public final class GradScaler {
    /** Which calls an optimizer has seen since the last {@link #update}. */
    private enum Stage { UNSCALED, STEPPED }

    private record Seen(Stage stage, boolean finite) {}

    private final boolean enabled;
    private final Map<Optimizer, Seen> seen = new IdentityHashMap<>();
    private double scale;
    private double growthFactor;
    private double backoffFactor;
    private long growthInterval;
    private long growthTracker; // good steps in a row
    private boolean used; // whether anything was scaled: a scaler that never scaled refuses to unscale

    /** PyTorch's defaults: a scale of 65536, doubled after 2000 good steps and halved after a bad one. */
    public GradScaler() {
        this(65536, 2, 0.5, 2000, true);
    }

    /**
     * Sets all.
     *
     * @param enabled if false, {@link #step} only steps, and all else does nothing
     * @throws IllegalArgumentException if {@code growthFactor} is not above 1, or {@code backoffFactor} is not below 1
     */
    public GradScaler(double initScale, double growthFactor, double backoffFactor, long growthInterval, boolean enabled) {
        if (enabled && !(growthFactor > 1)) {
            throw new IllegalArgumentException("GradScaler: growthFactor must be above 1, got " + growthFactor);
        }
        if (enabled && !(backoffFactor < 1)) {
            throw new IllegalArgumentException("GradScaler: backoffFactor must be below 1, got " + backoffFactor);
        }
        this.scale = initScale;
        this.growthFactor = growthFactor;
        this.backoffFactor = backoffFactor;
        this.growthInterval = growthInterval;
        this.enabled = enabled;
    }

    /** {@code loss} times the scale. */
    public Tensor scale(Tensor loss) {
        used = true;
        return enabled ? loss.mul(scale) : loss;
    }

    /**
     * Divides the gradients of an optimizer's parameters by the scale, in place, so that they can be clipped.
     *
     * @throws IllegalStateException if that was done, or the optimizer has stepped, since the last {@link #update}, or nothing was scaled yet
     * @throws DTypeException        if a gradient is of float16, whose small values are lost already: keep parameters in float32; nothing was changed
     */
    public void unscale(Optimizer optimizer) {
        if (!enabled) {
            return;
        }
        checkUsed("unscale");
        Seen before = seen.get(optimizer);
        if (before != null) {
            throw new IllegalStateException(before.stage == Stage.UNSCALED ? "GradScaler: unscale has already been called on this optimizer since the last update"
                    : "GradScaler: unscale is called after step; call update first");
        }
        seen.put(optimizer, new Seen(Stage.UNSCALED, unscaleGradients(optimizer)));
    }

    private void checkUsed(String who) {
        if (!used) {
            throw new IllegalStateException("GradScaler: " + who + " before anything was scaled; call scale(loss) before backward()");
        }
    }

    /** Whether all gradients are finite. */
    private boolean unscaleGradients(Optimizer optimizer) {
        for (ParamGroup group : optimizer.paramGroups()) {
            for (Tensor parameter : group.params()) {
                if (parameter.grad() != null && parameter.grad().dtype() == DType.FLOAT16) {
                    throw new DTypeException("GradScaler: the gradient of a parameter %s is float16; keep parameters in float32", parameter.shape());
                }
            }
        }
        return Autograd.noGrad(() -> {
            Tensor good = null; // one number, read once at the end: a GPU is not waited for at each gradient
            for (ParamGroup group : optimizer.paramGroups()) {
                for (Tensor parameter : group.params()) {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        gradient.mulInPlace(1 / scale);
                        Tensor finite = gradient.isFinite().all();
                        good = good == null ? finite : good.logicalAnd(finite.to(good.device()));
                    }
                }
            }
            if (good == null) {
                throw new IllegalStateException("GradScaler: no parameter of the optimizer has a gradient; call backward() first");
            }
            return good.item() != 0;
        });
    }

    /**
     * Unscales the gradients, unless that was done, and lets the optimizer step if all of them are finite.
     *
     * @return whether it stepped
     * @throws IllegalStateException if it has stepped since the last {@link #update}, no parameter has a gradient, or nothing was scaled yet
     */
    public boolean step(Optimizer optimizer) {
        if (!enabled) {
            optimizer.step();
            return true;
        }
        checkUsed("step");
        Seen before = seen.get(optimizer);
        if (before != null && before.stage == Stage.STEPPED) {
            throw new IllegalStateException("GradScaler: step has already been called on this optimizer since the last update");
        }
        if (before == null) {
            unscale(optimizer);
        }
        boolean finite = seen.get(optimizer).finite;
        if (finite) {
            optimizer.step();
        }
        seen.put(optimizer, new Seen(Stage.STEPPED, finite));
        return finite;
    }

    /**
     * Ends an iteration: the scale shrinks if a gradient was not finite, and grows after enough iterations without such.
     *
     * @throws IllegalStateException if no optimizer was unscaled or stepped since the last call
     */
    public void update() {
        if (!enabled) {
            return;
        }
        checkUsed("update");
        if (seen.isEmpty()) {
            throw new IllegalStateException("GradScaler: update without a step since the last one");
        }
        if (seen.values().stream().allMatch(Seen::finite)) {
            growthTracker++;
            if (growthTracker == growthInterval) {
                float grown = (float) (scale * growthFactor); // PyTorch keeps the scale in float32
                scale = Float.isFinite(grown) ? grown : scale;
                growthTracker = 0;
            }
        } else {
            scale = (float) (scale * backoffFactor);
            growthTracker = 0;
        }
        seen.clear();
    }

    /** Ends an iteration with another scale. */
    public void update(double newScale) {
        if (enabled) {
            checkUsed("update");
            scale = newScale;
            seen.clear();
        }
    }

    /** The scale; 1 if not enabled. */
    public double getScale() {
        return enabled ? scale : 1;
    }

    /** By what the scale grows. */
    public double getGrowthFactor() {
        return growthFactor;
    }

    /** Sets {@link #getGrowthFactor}. */
    public void setGrowthFactor(double factor) {
        growthFactor = factor;
    }

    /** By what the scale shrinks. */
    public double getBackoffFactor() {
        return backoffFactor;
    }

    /** Sets {@link #getBackoffFactor}. */
    public void setBackoffFactor(double factor) {
        backoffFactor = factor;
    }

    /** After how many good steps in a row the scale grows. */
    public long getGrowthInterval() {
        return growthInterval;
    }

    /** Sets {@link #getGrowthInterval}. */
    public void setGrowthInterval(long interval) {
        growthInterval = interval;
    }

    /** Whether it does anything. */
    public boolean isEnabled() {
        return enabled;
    }

    /** PyTorch's entries: {@code scale}, {@code growth_factor}, {@code backoff_factor}, {@code growth_interval}, {@code _growth_tracker}; none if not enabled. */
    public Map<String, Object> stateDict() {
        Map<String, Object> state = new LinkedHashMap<>();
        if (enabled) {
            state.put("scale", scale);
            state.put("growth_factor", growthFactor);
            state.put("backoff_factor", backoffFactor);
            state.put("growth_interval", growthInterval);
            state.put("_growth_tracker", growthTracker);
        }
        return state;
    }

    /**
     * Takes over what {@link #stateDict}, or PyTorch's, saved.
     *
     * @throws IllegalArgumentException if an entry is missing or no number, which a scaler that was not enabled saves; nothing was changed
     */
    public void loadStateDict(Map<?, ?> state) {
        if (!enabled) {
            return;
        }
        double newScale = number(state, "scale");
        double growth = number(state, "growth_factor");
        double backoff = number(state, "backoff_factor");
        long interval = (long) number(state, "growth_interval");
        long tracker = (long) number(state, "_growth_tracker");
        growthTracker = tracker;
        scale = newScale;
        growthFactor = growth;
        backoffFactor = backoff;
        growthInterval = interval;
    }

    private static double number(Map<?, ?> state, String name) {
        if (state.get(name) instanceof Number n) {
            return n.doubleValue();
        }
        throw new IllegalArgumentException("GradScaler.loadStateDict: " + name + " must be a number, got " + state.get(name)
                + "; was the scaler enabled that saved it?");
    }
}
