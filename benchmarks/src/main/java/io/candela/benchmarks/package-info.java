/**
 * Candela and its peers, side by side. A subject is a class, a peer is a benchmark method with the peer's name, so that one JMH run with one number of threads
 * compares them all.
 *
 * <p>{@code candela}, {@code nd4j} and {@code onednn} use only what Candela itself depends on. The others come with the Maven profile {@code peers}: a subject
 * {@code X} inherits them from {@code XPeers}, of which {@code src/nopeers/java} holds an empty one and {@code src/peers/java} the full one.
 */
package io.candela.benchmarks;
