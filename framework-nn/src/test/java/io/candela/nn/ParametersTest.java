package io.candela.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clipping, and parameters as one vector. */
class ParametersTest {
    private static List<Tensor> withGradients() {
        Tensor a = Tensor.zeros(2).setRequiresGrad(true);
        Tensor b = Tensor.zeros(1, 2).setRequiresGrad(true);
        a.setGrad(Tensor.of(new float[] {3, -4}));
        b.setGrad(Tensor.of(new float[] {1, 2}, 1, 2));
        return List.of(a, Tensor.zeros(3).setRequiresGrad(true), b); // the one between has no gradient
    }

    @Test
    void clipGradNormAsInPyTorch() {
        for (String p : new String[] {"2.0", "1.0", "3.0", "inf"}) {
            List<Tensor> parameters = withGradients();
            Tensor total = Parameters.clipGradNorm(parameters, 2, p.equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(p), false);
            double[] expected = GoldenText.cases("random.txt").get("clip " + p).stream().mapToDouble(Double::parseDouble).toArray();
            assertEquals(expected[0], total.item(), 1e-6);
            double[] found = {parameters.get(0).grad().at(0), parameters.get(0).grad().at(1), parameters.get(2).grad().at(0, 0),
                parameters.get(2).grad().at(0, 1)};
            for (int i = 0; i < found.length; i++) {
                assertEquals(expected[i + 1], found[i], 1e-6, "norm " + p + ", element " + i);
            }
        }
    }

    @Test
    void aNormOfMoreTensorsScalesTheGradients() {
        List<Tensor> parameters = withGradients();
        Parameters.clipGradsWithNorm(parameters, 2, Tensor.scalar(8.0));
        assertEquals(-1, parameters.get(0).grad().at(1), 1e-6);
        assertEquals(0.5, parameters.get(2).grad().at(0, 1), 1e-6);
        Parameters.clipGradsWithNorm(parameters, 2, Tensor.scalar(1.0));
        assertEquals(-1, parameters.get(0).grad().at(1), 1e-6, "never larger");
    }

    @Test
    void totalNormOfTensors() {
        List<Tensor> tensors = List.of(Tensor.of(new float[] {3, -4}), Tensor.full(12.0, 1, 1));
        assertEquals(13, Parameters.getTotalNorm(tensors).item());
        assertEquals(19, Parameters.getTotalNorm(tensors, 1, true).item());
        assertEquals(12, Parameters.getTotalNorm(tensors, Double.POSITIVE_INFINITY, true).item());
        assertEquals(0, Parameters.getTotalNorm(List.of()).item());
        assertTrue(Double.isNaN(Parameters.getTotalNorm(List.of(Tensor.full(Double.NaN, 2))).item()));
        assertThrows(IllegalStateException.class, () -> Parameters.getTotalNorm(List.of(Tensor.full(Double.NaN, 2)), 2, true));
    }

    @Test
    void smallGradientsStay() {
        List<Tensor> parameters = withGradients();
        assertEquals(Math.sqrt(30), Parameters.clipGradNorm(parameters, 100).item(), 1e-6);
        assertEquals(-4, parameters.get(0).grad().at(1));
        assertEquals(0, Parameters.clipGradNorm(List.of(), 1).item());
    }

    @Test
    void aNormThatIsNotFinite() {
        List<Tensor> parameters = withGradients();
        parameters.get(0).grad().fillInPlace(Double.NaN);
        assertThrows(IllegalStateException.class, () -> Parameters.clipGradNorm(parameters, 1, 2, true));
        assertEquals(2, parameters.get(2).grad().at(0, 1), "nothing was changed");
        assertTrue(Double.isNaN(Parameters.clipGradNorm(parameters, 1).item()));
    }

    @Test
    void clipGradValue() {
        List<Tensor> parameters = withGradients();
        Parameters.clipGradValue(parameters, 1.5);
        assertEquals("tensor([ 1.5000, -1.5000])", parameters.get(0).grad().toString());
        assertEquals(1, parameters.get(2).grad().at(0, 0));
    }

    @Test
    void vectors() {
        Linear layer = new Linear(3, 2);
        Tensor vector = Parameters.parametersToVector(layer.parameters());
        assertEquals(Shape.of(8), vector.shape());
        vector.sum().backward();
        assertEquals(6, layer.weight().grad().sum().item());
        Linear other = new Linear(3, 2);
        Parameters.vectorToParameters(vector, other.parameters());
        assertTrue(other.weight().equal(layer.weight()) && other.bias().equal(layer.bias()));
        assertTrue(other.weight().isLeaf() && other.weight().requiresGrad());
        assertEquals("vectorToParameters: the parameters have 8 elements, the vector is (7)",
                assertThrows(ShapeException.class, () -> Parameters.vectorToParameters(Tensor.zeros(7), other.parameters())).getMessage());
    }
}
