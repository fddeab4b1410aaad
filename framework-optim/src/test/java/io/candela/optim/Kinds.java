package io.candela.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All optimizers that step by gradients alone, by name, with their default options. */
final class Kinds {
    static final Map<String, Function<List<ParamGroup>, Optimizer>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("SGD", groups -> new SGD(groups, SGD.options()));
        ALL.put("Adam", groups -> new Adam(groups, Adam.options()));
        ALL.put("AdamW", groups -> new AdamW(groups, AdamW.options()));
        ALL.put("NAdam", groups -> new NAdam(groups, NAdam.options()));
        ALL.put("RAdam", groups -> new RAdam(groups, RAdam.options()));
        ALL.put("Adamax", groups -> new Adamax(groups, Adamax.options()));
        ALL.put("Adagrad", groups -> new Adagrad(groups, Adagrad.options()));
        ALL.put("Adadelta", groups -> new Adadelta(groups, Adadelta.options()));
        ALL.put("RMSprop", groups -> new RMSprop(groups, RMSprop.options()));
        ALL.put("Rprop", groups -> new Rprop(groups, Rprop.options()));
        ALL.put("ASGD", groups -> new ASGD(groups, ASGD.options()));
        ALL.put("Adafactor", groups -> new Adafactor(groups, Adafactor.options()));
    }

    private Kinds() {
    }
}
