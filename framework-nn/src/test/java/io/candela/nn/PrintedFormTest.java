package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.candela.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Modules print as in PyTorch. */
class PrintedFormTest {
    @TestFactory
    Stream<DynamicTest> asInPyTorch() {
        Map<String, Module> modules = new LinkedHashMap<>();
        modules.put("Linear", new Linear(4, 8));
        modules.put("Linear without bias", new Linear(4, 8, false));
        modules.put("ReLU", new ReLU());
        modules.put("Sigmoid", new Sigmoid());
        modules.put("Tanh", new Tanh());
        modules.put("Identity", new Identity());
        modules.put("Softmax", new Softmax(1));
        modules.put("LogSoftmax", new LogSoftmax(-1));
        modules.put("Flatten", new Flatten());
        modules.put("Flatten 0 2", new Flatten(0, 2));
        modules.put("Dropout", new Dropout());
        for (String p : new String[] {"0.1", "1e-5", "1.0", "0.0001", "0.1234567"}) {
            modules.put("Dropout " + p, new Dropout(Double.parseDouble(p)));
        }
        modules.put("Sequential", new Sequential());
        modules.put("ModuleList", new ModuleList<>());
        modules.put("ModuleDict", new ModuleDict<>());
        modules.put("NLLLoss", new NLLLoss());
        modules.put("CrossEntropyLoss", new CrossEntropyLoss());
        modules.put("MSELoss", new MSELoss());
        modules.put("Mlp", new TestModules.Mlp());
        modules.put("Tied", new TestModules.Tied());
        modules.put("nested", new Sequential(new Flatten(), new Sequential(new Linear(2, 2), new ReLU()), new Sequential(new Sequential())));
        Map<String, String> golden = GoldenText.blocks("printed.txt");
        assertEquals(golden.keySet(), modules.keySet());
        return golden.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> assertEquals(e.getValue(), modules.get(e.getKey()).toString())));
    }

    @Test
    void decimalsDoNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals("Dropout(p=0.25, inplace=False)", new Dropout(0.25).toString());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void numbersAsInPython() {
        double[] values = {0, -0.0, 1, 0.5, 100, 123456.789, 1e15, 1e16, 1.5e16, 1e-4, 9.9e-5, 1.25e-7, 1e100, -2.5e-10, Double.NaN, 1 / 0.0, -1 / 0.0};
        String[] texts = {"0.0", "-0.0", "1.0", "0.5", "100.0", "123456.789", "1000000000000000.0", "1e+16", "1.5e+16", "0.0001", "9.9e-05", "1.25e-07",
            "1e+100", "-2.5e-10", "nan", "inf", "-inf"};
        for (int i = 0; i < values.length; i++) {
            assertEquals(texts[i], ModulePrinter.number(values[i]));
        }
    }

    @Test
    void describeOfSeveralLinesAndAnonymousClasses() {
        Layer layer = new Layer() {
            {
                register("inner", new ReLU());
            }

            @Override
            public Tensor forward(Tensor x) {
                return x;
            }

            @Override
            protected String describe() {
                return "one\ntwo";
            }
        };
        assertEquals("Layer(\n  one\n  two\n  (inner): ReLU()\n)", layer.toString());
    }
}
