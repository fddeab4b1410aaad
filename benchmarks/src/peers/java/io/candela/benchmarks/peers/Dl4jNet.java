package io.candela.benchmarks.peers;

import io.candela.benchmarks.Workload;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A network in DL4J: softmax with cross entropy, which is what LogSoftmax with NLLLoss is, in workspaces. */
public abstract class Dl4jNet implements PeerNet {
    private final MultiLayerNetwork net;
    private final DataSet batch;

    Dl4jNet(Workload work) {
        this(net(work), batch(work.inputs(), work.labels(), work.classes(), work.batch(), work.features()));
    }

    Dl4jNet(MultiLayerNetwork net, DataSet batch) {
        this.net = net;
        this.batch = batch;
    }

    private static MultiLayerNetwork net(Workload work) {
        Nd4jThreads.prepare(work.tiny());
        var layers = layers(new Adam(Workload.LEARNING_RATE));
        int last = work.layers() - 1;
        for (int i = 0; i < last; i++) {
            layers.layer(new DenseLayer.Builder().nIn(work.widths()[i]).nOut(work.widths()[i + 1]).activation(Activation.RELU).build());
        }
        layers.layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(work.widths()[last]).nOut(work.classes()).activation(Activation.SOFTMAX).build());
        MultiLayerNetwork net = new MultiLayerNetwork(layers.build());
        net.init();
        for (int i = 0; i < work.layers(); i++) {
            setAffine(net, i, work.weight(i), work.bias(i));
        }
        return net;
    }

    static NeuralNetConfiguration.ListBuilder layers(IUpdater updater) {
        return new NeuralNetConfiguration.Builder().dataType(DataType.FLOAT).updater(updater)
                .trainingWorkspaceMode(WorkspaceMode.ENABLED).inferenceWorkspaceMode(WorkspaceMode.ENABLED).list();
    }

    /** Parameters of a fully connected layer; the weight is PyTorch's, {@code (out, in)}. */
    static void setAffine(MultiLayerNetwork net, int layer, float[] weight, float... bias) {
        net.setParam(layer + "_W", Nd4j.create(weight, new long[] {bias.length, weight.length / bias.length}, 'c').transpose());
        net.setParam(layer + "_b", Nd4j.create(bias, new long[] {1, bias.length}, 'c'));
    }

    static DataSet batch(float[] inputs, int[] labels, int classes, long... shape) {
        INDArray oneHot = Nd4j.zeros(DataType.FLOAT, labels.length, classes);
        for (int i = 0; i < labels.length; i++) {
            oneHot.putScalar(i, labels[i], 1);
        }
        return new DataSet(Nd4j.create(inputs, shape, 'c'), oneHot);
    }

    @Override
    public void step() {
        net.fit(batch);
    }

    @Override
    public void infer() {
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(Nd4jOps.SCOPED, "output")) {
            net.output(batch.getFeatures(), false, workspace);
        }
    }

    @Override
    public double lossNow() {
        return net.score(batch);
    }

    @State(Scope.Thread)
    public static class Iris extends Dl4jNet {
        public Iris() {
            super(Workload.IRIS);
        }
    }

    @State(Scope.Thread)
    public static class Mlp extends Dl4jNet {
        public Mlp() {
            super(Workload.MLP);
        }
    }
}
