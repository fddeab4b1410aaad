package io.candela.optim.custom;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.optim.Optimizer;
import io.candela.optim.ParamGroup;
import io.candela.optim.ParamState;
import io.candela.optim.SavedState;
import io.candela.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Other people's optimizers need nothing that is not public. */
class CustomOptimizerTest {
    /** Steps along the sum of the gradients so far, as often as it is told. */
    private static final class Summing extends Optimizer {
        private static final class Sum extends ParamState {
            private final Tensor sum;
            private long step;

            Sum(Tensor sum) {
                this.sum = sum;
            }

            @Override
            protected void write(Map<String, Object> entries) {
                entries.put("step", Tensor.scalar((double) step));
                entries.put("sum", sum);
            }
        }

        Summing(Tensor param) {
            super(List.of(ParamGroup.of(param)), Map.of("lr", 1.0, "max_iter", 3L));
        }

        @Override
        public Tensor step(Supplier<Tensor> closure) {
            Tensor loss = null;
            for (long i = 0; i < (Long) paramGroups().get(0).get("max_iter"); i++) {
                loss = super.step(closure);
            }
            return loss;
        }

        @Override
        protected void update(ParamGroup group) {
            for (int i = 0; i < group.size(); i++) {
                Tensor p = group.param(i);
                Sum state = (Sum) group.state(i);
                if (state == null) {
                    state = group.setState(i, new Sum(newState(p)));
                }
                state.step++;
                state.sum.addInPlace(p.gradOrNull());
                p.subInPlace(state.sum.mul(group.lr()));
            }
        }

        @Override
        protected ParamState readState(SavedState saved) {
            Sum state = new Sum(saved.tensor("sum"));
            state.step = saved.step();
            return state;
        }
    }

    @Test
    void aSubclassElsewhereWorks() {
        Tensor p = Tensor.of(new double[] {1}).setRequiresGrad(true);
        Summing optimizer = new Summing(p);
        Tensor loss = optimizer.step(() -> {
            optimizer.zeroGrad();
            Tensor l = p.mul(1).sum();
            l.backward();
            return l;
        });
        assertEquals(-2, loss.item()); // 1, then 1 - 1 = 0, then 0 - 2
        assertEquals(-5, p.item());
        Summing other = new Summing(p);
        other.loadStateDict(optimizer.stateDict());
        assertEquals(optimizer.stateDict().toString(), other.stateDict().toString());
    }
}
