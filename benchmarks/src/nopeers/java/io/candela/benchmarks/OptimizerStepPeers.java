package io.candela.benchmarks;

/** Stands in for the peers in a build without them. */
abstract class OptimizerStepPeers {}
