/**
 * What the CUDA backend asks of NVIDIA's libraries, as interfaces over plain numbers. Only the implementations on JavaCPP's preset name its
 * classes, so that everything above loads, and is tested, on a machine without CUDA.
 */
package io.candela.backend.cuda.driver;
