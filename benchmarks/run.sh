#!/bin/sh
# Measures Candela and its peers: builds benchmarks.jar with the peers if it is not there, checks that every peer does the work, runs
# JMH and then the PyTorch twin. Nothing else may run on the machine meanwhile.
#
#   benchmarks/run.sh                          everything, about an hour
#   benchmarks/run.sh IrisStep -f 1            JMH's own arguments: one subject, one fork
#   PYTHON=/path/to/python benchmarks/run.sh   the Python that has PyTorch; python3 by default, skipped where it has none
#
# Each peer sets its own best environment (io.candela.benchmarks.peers.NativeEnvironment); what this shell sets for OpenMP wins, so that
# another choice can be tried: OMP_WAIT_POLICY=ACTIVE benchmarks/run.sh MlpStep.libtorch
set -eu
here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
jar=$here/target/benchmarks.jar
python=${PYTHON:-python3}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

if ! [ -f "$jar" ] || ! java -jar "$jar" -l | grep -q libtorch; then
    (cd "$here/.." && mvn -q -Ppeers -DskipTests package -pl benchmarks -am)
fi
java -cp "$jar" io.candela.benchmarks.peers.PeerCheck
java -jar "$jar" -t 1 "$@"
if "$python" -c 'import torch' 2>/dev/null; then
    "$python" "$here/python/bench.py"
fi
