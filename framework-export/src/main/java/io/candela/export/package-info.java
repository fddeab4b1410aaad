/** Models in files that hold more than weights: whole models ({@link io.candela.export.Models}) and ONNX ({@link io.candela.export.OnnxExport}). */
package io.candela.export;
