package io.candela.benchmarks;

import io.candela.io.Loaded;
import io.candela.io.ReadOptions;
import io.candela.io.TensorIO;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Files of {@link SavedModel 256 MiB}. The raw ones are the floor: the same bytes written and forced to the disk, and read into memory that was
 * used before. Candela forces what it saves to the disk, PyTorch does not.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xmx3g", "-XX:MaxDirectMemorySize=3g"})
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class SaveLoad {
    @Benchmark
    public void save(SavedModel model) throws IOException {
        TensorIO.save(model.state, model.file("new.pth"));
    }

    @Benchmark
    public void saveSafetensors(SavedModel model) throws IOException {
        TensorIO.save(model.state, model.file("new.safetensors"));
    }

    @Benchmark
    public Loaded load(SavedModel model) throws IOException {
        return TensorIO.load(model.file("model.pth"));
    }

    @Benchmark
    public Loaded loadSafetensors(SavedModel model) throws IOException {
        return TensorIO.load(model.file("model.safetensors"));
    }

    @Benchmark
    public Loaded loadMapped(SavedModel model) throws IOException {
        return TensorIO.load(model.file("model.pth"), ReadOptions.defaults().mmap(true));
    }

    @Benchmark
    public void rawWrite(SavedModel model) throws IOException {
        try (FileChannel channel = FileChannel.open(model.file("raw"), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer bytes = model.bytes.clear();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    @Benchmark
    public void rawRead(SavedModel model) throws IOException {
        try (FileChannel channel = FileChannel.open(model.file("model.safetensors"), StandardOpenOption.READ)) {
            ByteBuffer bytes = model.bytes.clear();
            while (bytes.hasRemaining()) {
                channel.read(bytes);
            }
        }
    }
}
