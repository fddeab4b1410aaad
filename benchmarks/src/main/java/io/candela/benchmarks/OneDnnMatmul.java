package io.candela.benchmarks;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** oneDNN called bare: primitive, memories and argument map are built once and stay. */
@State(Scope.Thread)
public class OneDnnMatmul {
    private static final int N = Operands.SQUARE;
    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream stream = new stream(cpu);
    private final memory.desc rows = new memory.desc(new long[] {N, N}, memory.data_type.f32, memory.format_tag.ab);
    private final FloatPointer result = OneDnn.aligned(new float[N * N]);
    private final matmul primitive = new matmul(new matmul.primitive_desc(cpu, rows, rows, rows));
    private final IntMemoryMap arguments = new IntMemoryMap()
            .put(DNNL_ARG_SRC, new memory(rows, cpu, OneDnn.aligned(Operands.first(N, N))))
            .put(DNNL_ARG_WEIGHTS, new memory(rows, cpu, OneDnn.aligned(Operands.second(N, N))))
            .put(DNNL_ARG_DST, new memory(rows, cpu, result));

    public Pointer run() {
        primitive.execute(stream, arguments);
        stream._wait();
        return result;
    }

    public float[] result() {
        float[] copy = new float[N * N];
        result.get(copy);
        return copy;
    }
}
