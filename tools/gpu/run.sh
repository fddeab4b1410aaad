#!/bin/sh
# Tries Candela on the GPU of this machine: ./run.sh [tests] [programs] [benchmarks], in the folder that the bundle was unpacked to; without a name
# all three. Without a GPU it runs what a CPU can, and says what it skipped. Results stay in ./results. Exit code 1 if something failed that was tried.
#
# LD_LIBRARY_PATH         folders of CUDA's libraries that are found neither by pip's packages nor under /usr/local/cuda
# CANDELA_SMALL=1         small sizes and few rows of the tests' tables, to try this script itself
# CANDELA_SIMULATE=1      without a GPU the tests run on a simulated one, which needs g++ and some minutes
# CANDELA_TEST_SECONDS=N  how long the tests may take, 1500 unless told
set -u

here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
cd "$here" || exit 1
results=$here/results
mkdir -p "$results"
failed=''
skipped=''
python=$(command -v python3 || true)
parts=" $* "
for part in "$@"; do
    case $part in
        tests | programs | benchmarks) ;;
        *) echo "usage: ./run.sh [tests] [programs] [benchmarks]" >&2; exit 2 ;;
    esac
done

asked() { [ "$parts" = "  " ] || case $parts in *" $1 "*) true ;; *) false ;; esac; }
say() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $1"; failed="$failed
  $1"; }
skip() { echo "SKIPPED: $1: $2"; skipped="$skipped
  $1: $2"; }

# --- CUDA's libraries: pip's packages first, as PyTorch uses them; then a toolkit ---

folders=''
add() { [ -d "$1" ] && folders="$folders${folders:+:}$1"; }
if [ -n "$python" ]; then
    for packages in $("$python" -c 'import nvidia; print("\n".join(nvidia.__path__))' 2> /dev/null); do
        add "$packages/cu13/lib"
        add "$packages/cudnn/lib"
        add "$packages/cublas/lib"
        add "$packages/cuda_nvrtc/lib"
        add "$packages/cuda_runtime/lib"
    done
fi
for prefix in /usr/local/cuda /usr/local/cuda-13.*; do
    add "$prefix/lib64"
done
echo "CUDA's libraries are looked for in: ${folders:-no folder of their own}"
LD_LIBRARY_PATH=$folders${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

cp=''
for jar in lib/*.jar; do
    case $jar in
        *junit-platform-console*) console=$jar ;;
        *-tests.jar) ;;
        *) cp=$cp:$jar ;;
    esac
done
cp=${cp#:}

limit=''
java() { # the bundle's, with CUDA's folders
    # shellcheck disable=SC2086
    $limit "$here/runtime/bin/java" -XX:-UsePerfData -Dcandela.tests.cuda=real -Dorg.bytedeco.javacpp.platform.linkpath="$folders" \
        -Dorg.bytedeco.javacpp.cachedir="$here/cache" -Djava.io.tmpdir="$results" -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 "$@"
}
candela() { java -cp "$cp" io.candela.examples.Main "$@"; }
kept() { # a file, a command: what it prints goes there and is shown
    file=$1
    shift
    { "$@"; echo $? > "$results/code"; } | tee "$file"
    return "$(cat "$results/code")"
}
field() { sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p"; }

say "devices"
candela devices || fail "devices"
candela devices --json > "$results/devices.json" 2> /dev/null
gpu=''
if grep -q '"cuda":\[{' "$results/devices.json"; then
    gpu=cuda:0
else
    say "NO GPU: this machine has none that can be used, see above. What needs one is skipped."
fi

# --- tests ---

progress() { # of what the launcher tells, a line per class, or table of one, and each failure
    awk '
        function now(t) { "date +%s" | getline t; close("date +%s"); return t }
        function told() { if (group != "") { printf "%-58s %5d tests %5d s%s\n", group, count, now() - start, bad ? ", " bad " FAILED" : ""; system("") } }
        !/^JUnit Jupiter > / || !/ :: (STARTED|SUCCESSFUL|FAILED|ABORTED|SKIPPED)$/ { next }
        {
            split($0, path, " > ")
            name = path[2] (path[4] != "" ? " " path[3] : "")
            if (name != group) { told(); group = name; count = bad = 0; start = now() }
        }
        !/ :: STARTED$/ { count++ }
        / :: FAILED$/ { bad++; print "  " $0; system("") }
        END { told() }'
}

tests() { # the name of a report, where, options of the JVM, then the launcher's
    report=$1 where=$2 options=$3
    shift 3
    # shellcheck disable=SC2086
    kept "$results/$report.txt" java $options -Dcandela.tests.device=cuda -Dcandela.tests.every=$every -Dcandela.tests.kernels="$here/cache/host-kernels" \
        -cp "$(echo lib/*-tests.jar | tr ' ' ':'):$cp:$console" org.junit.platform.console.ConsoleLauncher execute "$@" \
        --details=testfeed --disable-banner --disable-ansi-colors --reports-dir "$results/$report" 2>&1 | progress
    code=$(cat "$results/code")
    grep -E '^\[ .* tests (found|aborted|successful|failed) ' "$results/$report.txt"
    case $code in
        0) ;;
        124 | 137) fail "tests on $where: stopped, at the latest after $seconds s, see results/$report.txt; CANDELA_TEST_SECONDS gives them more" ;;
        *) fail "tests on $where, see results/$report.txt" ;;
    esac
}

if asked tests; then
    every=1
    [ -z "${CANDELA_SMALL:-}" ] || every=8
    seconds=${CANDELA_TEST_SECONDS:-1500}
    ! command -v timeout > /dev/null || limit="timeout -k 20 $seconds"
    jar=$(echo lib/framework-cuda-*-tests.jar)
    if [ -n "$gpu" ]; then
        say "tests on $gpu, results in results/tests.txt"
        tests tests "$gpu" "" --scan-classpath "$jar" --exclude-classname '.*FaultsTest' # which simulates faults
    elif [ -n "${CANDELA_SIMULATE:-}" ] && command -v g++ > /dev/null; then
        say "tests on a simulated GPU, results in results/simulated.txt"
        tests simulated "a simulated GPU" -Dcandela.tests.cuda=simulated --scan-classpath "$jar" --exclude-classname '.*(Faults|Defaults)Test'
        # in a process of their own: what other tests left to the collector would come back when memory runs out
        tests memory "a simulated GPU" -Dcandela.tests.cuda=simulated --select-class io.candela.backend.cuda.FaultsTest \
            --select-class io.candela.backend.cuda.DefaultsTest
    else
        skip "tests on cuda:0" "no GPU"
    fi
    limit=''
fi

# --- the same training on both ---

for program in $(! asked programs || echo iris digits); do
    say "$program"
    epochs=''
    [ -z "${CANDELA_SMALL:-}" ] || epochs='--epochs 2'
    # shellcheck disable=SC2086
    candela $program --json $epochs --save "$results/$program-cpu.pth" > "$results/$program-cpu.json" || fail "$program on cpu"
    on_cpu=$(field accuracy < "$results/$program-cpu.json")
    echo "cpu:    accuracy $on_cpu in $(field seconds < "$results/$program-cpu.json") s"
    if [ -n "$gpu" ]; then
        # shellcheck disable=SC2086
        candela $program --json $epochs --device $gpu --save "$results/$program-gpu.pth" > "$results/$program-gpu.json" || fail "$program on $gpu"
        on_gpu=$(field accuracy < "$results/$program-gpu.json")
        echo "$gpu: accuracy $on_gpu in $(field seconds < "$results/$program-gpu.json") s"
        # dropout draws other numbers there, and sums are rounded otherwise
        awk -v a="$on_cpu" -v b="$on_gpu" 'BEGIN { d = a - b; exit !(a != "" && b != "" && d <= 0.05 && d >= -0.05) }' \
            || fail "$program: accuracy $on_gpu on $gpu, $on_cpu on cpu"
    else
        skip "$program on cuda:0" "no GPU"
    fi
done

if asked programs; then
    say "a training that moves: CPU, GPU, CPU"
    rm -rf "$results/moving"
    candela iris --epochs 10 --resume "$results/moving" --save "$results/moved.pth" > /dev/null || fail "10 epochs on cpu"
    if [ -n "$gpu" ]; then
        candela iris --epochs 20 --resume "$results/moving" --save "$results/moved.pth" --device $gpu > /dev/null || fail "10 epochs more on $gpu"
    else
        skip "10 epochs on cuda:0 in the midst of a training on the CPU" "no GPU"
    fi
    candela iris --epochs 30 --resume "$results/moving" --save "$results/moved.pth" > "$results/moved.txt" || fail "the last epochs on cpu"
    candela iris --epochs 30 --save "$results/stayed.pth" > "$results/stayed.txt" || fail "30 epochs on cpu"
    echo "moved:  $(tail -n 1 "$results/moved.txt")"
    echo "stayed: $(tail -n 1 "$results/stayed.txt")"
    if [ -z "$gpu" ]; then # then it must be bit for bit
        candela diff "$results/moved.pth" "$results/stayed.pth" > /dev/null || fail "a resumed training ended elsewhere"
    else
        candela diff "$results/moved.pth" "$results/stayed.pth" || true # by how much rounding differs
    fi
fi

if asked benchmarks; then
    say "benchmarks"
    if [ -n "$gpu" ]; then
        kept "$results/candela.tsv" java -Xmx8g -XX:MaxDirectMemorySize=8g -cp "$cp" io.candela.benchmarks.gpu.GpuTable --device $gpu \
            ${CANDELA_SMALL:+--small} || fail "benchmarks"
        if [ -n "$python" ] && "$python" -c 'import torch' 2> /dev/null; then
            kept "$results/pytorch.tsv" "$python" python/gpu.py --device $gpu ${CANDELA_SMALL:+--small} || fail "PyTorch's benchmarks"
        else
            : > "$results/pytorch.tsv"
            skip "PyTorch's benchmarks" "no python3 with torch"
        fi
        awk -F '\t' 'NR == FNR { peer[$1] = $2; next } { printf "%-58s %-22s %s\n", $1, $2, peer[$1] }
            BEGIN { printf "%-58s %-22s %s\n", "", "Candela", "PyTorch" }' "$results/pytorch.tsv" "$results/candela.tsv" | tee "$results/benchmarks.txt"
    else
        skip "benchmarks on cuda:0" "no GPU"
    fi
fi

say "summary"
[ -z "$skipped" ] || echo "skipped:$skipped"
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
[ -n "$gpu" ] && echo "all that was tried on $gpu went well" || echo "all that can be tried without a GPU went well; NOTHING RAN ON A GPU"
