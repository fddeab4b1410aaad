package io.candela.benchmarks.peers;

import io.candela.benchmarks.CnnBatch;
import io.candela.benchmarks.ImageWork;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@link ImageWork.Net#CNN} in DL4J. Its only momentum is Nesterov's, so its losses are those of PyTorch's SGD with {@code nesterov=True}. */
public final class Dl4jImages extends Dl4jNet {
    private static final int[] CONVOLUTIONS = {0, 2}; // places of their layers
    private static final int[] AFFINE = {4, 5, 6};

    Dl4jImages(ImageWork work) {
        super(net(work), batch(work.inputs(), work.labels(), ImageWork.CLASSES, work.batch(), ImageWork.CHANNELS, ImageWork.SIZE, ImageWork.SIZE));
    }

    private static MultiLayerNetwork net(ImageWork work) {
        Nd4jThreads.prepare(false);
        MultiLayerNetwork net = new MultiLayerNetwork(layers(new Nesterovs(ImageWork.LEARNING_RATE, ImageWork.MOMENTUM))
                .layer(convolution(work.parameters().get(0).shape())).layer(pooling())
                .layer(convolution(work.parameters().get(2).shape())).layer(pooling())
                .layer(new DenseLayer.Builder().nOut(work.parameters().get(4).shape()[0]).activation(Activation.RELU).build())
                .layer(new DenseLayer.Builder().nOut(work.parameters().get(6).shape()[0]).activation(Activation.RELU).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(ImageWork.CLASSES).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(ImageWork.SIZE, ImageWork.SIZE, ImageWork.CHANNELS)).build());
        net.init();
        int next = 0;
        for (int layer : CONVOLUTIONS) {
            float[] bias = work.parameter(next + 1);
            net.setParam(layer + "_W", Nd4j.create(work.parameter(next), longs(work.parameters().get(next).shape()), 'c'));
            net.setParam(layer + "_b", Nd4j.create(bias, new long[] {1, bias.length}, 'c'));
            next += 2;
        }
        for (int layer : AFFINE) {
            setAffine(net, layer, work.parameter(next), work.parameter(next + 1));
            next += 2;
        }
        return net;
    }

    private static long[] longs(int... shape) {
        return Arrays.stream(shape).asLongStream().toArray();
    }

    private static ConvolutionLayer convolution(int... weight) {
        return new ConvolutionLayer.Builder(weight[2], weight[3]).nOut(weight[0]).activation(Activation.RELU).build();
    }

    private static SubsamplingLayer pooling() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build();
    }

    /** The network of CnnStep. */
    @State(Scope.Thread)
    public static class Cnn extends PeerTrial {
        @Setup
        public void setUp(CnnBatch batch) {
            use(new Dl4jImages(batch.work()));
        }
    }
}
