/**
 * One file per peer and kind of work, each in the peer's best setting. A benchmark's JVM touches the classes of one peer only: two of them bring a libtorch of
 * their own, and no two of those fit into one process.
 */
package io.candela.benchmarks.peers;
