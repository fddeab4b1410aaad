/** safetensors: a JSON header with names, types, shapes and offsets, then the bytes of all tensors without gaps; single files and sets of them. */
package io.candela.io.safetensors;
