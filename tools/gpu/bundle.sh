#!/bin/sh
# Packs all that a machine with an NVIDIA GPU needs to try Candela into one file: tools/gpu/bundle.sh [FILE.tar.xz]
#
# In it: a Java runtime, our jars with the native parts that they need, the tests, the benchmarks, and run.sh, which runs them. NVIDIA's own
# libraries are not in it: the machine has them. Linux on x86-64 alone, here and there. Needs a JDK 17 or later with jlink, Maven, unzip, strip, xz.
set -eu

root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
out=${1:-$root/target/candela-gpu.tar.xz}
most=60000000
junit=1.14.4 # the console launcher of the JUnit that the pom names

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
top=$work/candela-gpu
lib=$top/lib
mkdir -p "$lib" "$top/python" "$(dirname "$out")"

echo "bundle: building" >&2
cd "$root"
mvn -q -B -ntp -DskipTests -Pcuda -pl examples,benchmarks,framework-train -am package
mvn -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy \
    -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit" -DoutputDirectory="$lib"

echo "bundle: a Java runtime" >&2
jlink --add-modules java.base,java.logging,java.management,java.xml,java.naming,java.instrument,java.sql,jdk.management,jdk.unsupported,jdk.zipfs \
    --strip-debug --no-header-files --no-man-pages --compress=0 --output "$top/runtime"

# --- jars; natives stripped, and all stored: xz packs better what is not packed yet ---

store() { # a jar under the name $2, without the entries that match the patterns after it
    from=$1 name=$2
    shift 2
    mkdir "$work/jar"
    unzip -q -o "$from" -d "$work/jar"
    for pattern in "$@"; do
        find "$work/jar" -path "$work/jar/$pattern" -delete
    done
    find "$work/jar" -name '*.so*' -type f -exec strip --strip-unneeded {} + 2> /dev/null || true
    (cd "$work/jar" && if [ -f META-INF/MANIFEST.MF ]; then jar -c -0 -f "$lib/$name" -m META-INF/MANIFEST.MF . ; else jar -c -0 -f "$lib/$name" . ; fi)
    rm -rf "$work/jar"
}

echo "bundle: jars" >&2
{ tr ':' '\n' < examples/target/candela-cuda.classpath; echo; } | while IFS= read -r jar; do
    case ${jar##*/} in
        '') ;;
        nd4j-api-*) store "$jar" "${jar##*/}" ;; # Tensor's methods name its arrays, and the tests' tables name all methods
        # what else is ND4J's only joins tensors with those arrays: a third of the size, and nothing here uses it
        nd4j-* | byteunits-* | commons-math3-* | commons-lang3-* | commons-collections4-* | flatbuffers-* | protobuf-* | jackson-1.0.0-* | \
            neoitertools-* | guava-*) ;;
        cuda-*-linux-x86_64.jar) # of 27 libraries those that Candela calls
            mkdir "$work/keep"
            unzip -q "$jar" -d "$work/all"
            (cd "$work/all" && find . -type f ! -name '*.so*' ! -name 'module-info.class'; cd "$work/all" && find . -name 'libjnicudart.so' \
                -o -name 'libjnicublas.so' -o -name 'libjnicudnn.so' -o -name 'libjninvrtc.so') > "$work/names"
            (cd "$work/all" && tar cf - -T "$work/names") | (cd "$work/keep" && tar xf -)
            (cd "$work/keep" && find . -name '*.so' -exec strip --strip-unneeded {} + && jar -c -0 -f "$lib/${jar##*/}" .)
            rm -rf "$work/all" "$work/keep"
            ;;
        openblas-*-linux-x86_64.jar) store "$jar" "${jar##*/}" '*/libjniopenblas_full.so' '*/include/*' ;;
        dnnl-*-linux-x86_64.jar) store "$jar" "${jar##*/}" '*/include/*' ;;
        jna-*) store "$jar" "${jar##*/}" 'com/sun/jna/aix*' 'com/sun/jna/darwin*' 'com/sun/jna/*bsd*' 'com/sun/jna/sunos*' 'com/sun/jna/win32-*' \
            'com/sun/jna/dragonfly*' 'com/sun/jna/linux-[!x]*' 'com/sun/jna/linux-x86/*' ;;
        *) store "$jar" "${jar##*/}" ;;
    esac
done
store examples/target/examples.jar examples.jar
store benchmarks/target/benchmarks-*[!s].jar benchmarks.jar 'META-INF/*List' '*/jmh_generated/*'
store framework-train/target/framework-train-*[!s].jar framework-train.jar
for module in core nn optim cuda; do
    for jar in framework-$module/target/framework-$module-*-tests.jar; do
        store "$jar" "${jar##*/}"
    done
done
cp benchmarks/python/gpu.py "$top/python/"
cp tools/gpu/run.sh "$top/"
chmod +x "$top/run.sh"
git rev-parse HEAD > "$top/COMMIT" 2> /dev/null || echo unknown > "$top/COMMIT"

echo "bundle: packing" >&2
(cd "$work" && tar cf - candela-gpu | xz --lzma2=preset=2,dict=128MiB > "$out")
bytes=$(wc -c < "$out")
echo "$out: $bytes bytes"
[ "$bytes" -le "$most" ] || { echo "bundle: more than $most bytes" >&2; exit 1; }
