/** Whole programs, each on a screen or two, and the command line that runs them. */
package io.candela.examples;
