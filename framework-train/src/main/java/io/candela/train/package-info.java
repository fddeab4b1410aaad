/**
 * A training loop for those who do not want to write it: {@link io.candela.train.Trainer}. Its parts, the metrics, early stopping and the logs,
 * serve a loop by hand as well.
 */
package io.candela.train;
