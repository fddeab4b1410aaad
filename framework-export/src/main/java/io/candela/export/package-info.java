/** Whole models in files: structure and weights together, for Candela ({@link io.candela.export.Models}). */
package io.candela.export;
