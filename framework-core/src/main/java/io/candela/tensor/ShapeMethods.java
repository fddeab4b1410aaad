package io.candela.tensor;

import io.candela.ops.Diagonals;
import io.candela.ops.Formulas;
import io.candela.ops.Joins;
import io.candela.ops.Rearrange;
import io.candela.ops.Slices;
import io.candela.ops.Views;

/**
 * Methods of {@link Tensor} that change its shape. Dimensions may be negative. Those that return views say so; a view shares the memory.
 * All are differentiable.
 */
public sealed interface ShapeMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * The same elements in another shape; one size may be −1 and is computed. A view where strides allow, else a copy.
     *
     * @throws ShapeException if the number of elements differs
     */
    default Tensor reshape(int... shape) {
        return Views.reshape(self(), shape);
    }

    /**
     * The same memory in another shape; one size may be −1 and is computed.
     *
     * @throws ShapeException if the number of elements differs, or the strides need a copy (use {@link #reshape})
     */
    default Tensor view(int... shape) {
        return Views.view(self(), shape);
    }

    /** All dimensions merged into one. A view where strides allow. */
    default Tensor flatten() {
        return reshape(-1);
    }

    /** Dimensions {@code from} to {@code to}, both included, merged into one. A view where strides allow. */
    default Tensor flatten(int from, int to) {
        return Views.flatten(self(), from, to);
    }

    /** Dimension {@code dim} split into several; one size may be −1. A view. */
    default Tensor unflatten(int dim, int... sizes) {
        return Views.unflatten(self(), dim, sizes);
    }

    /** Two dimensions swapped. A view. */
    default Tensor transpose(int a, int b) {
        return Views.transpose(self(), a, b);
    }

    /**
     * The transpose of a matrix; vectors and scalars as they are. A view.
     *
     * @throws ShapeException for more than two dimensions
     */
    default Tensor t() {
        return Views.t(self());
    }

    /** The last two dimensions swapped. A view. */
    default Tensor mT() {
        return Views.transpose(self(), -2, -1);
    }

    /** Dimensions in a new order: result dimension i is dimension {@code dims[i]}. A view. */
    default Tensor permute(int... dims) {
        return Views.permute(self(), dims);
    }

    /** A new dimension of size 1 at {@code dim}. A view. */
    default Tensor unsqueeze(int dim) {
        return Views.unsqueeze(self(), dim);
    }

    /** Without dimensions of size 1. A view. */
    default Tensor squeeze() {
        return Views.squeeze(self());
    }

    /** Without dimension {@code dim} if its size is 1. A view. */
    default Tensor squeeze(int dim) {
        return Views.squeeze(self(), dim);
    }

    /** Dimensions of size 1 stretched; −1 keeps a size; new dimensions may stand in front. A view in which elements share memory. */
    default Tensor expand(int... shape) {
        return Views.expand(self(), shape);
    }

    /** As {@link #expand}, to {@code other}'s shape. */
    default Tensor expandAs(Tensor other) {
        return Views.expand(self(), other.shape().toArray());
    }

    /** {@code length} positions of dimension {@code dim} from {@code start}. A view. */
    default Tensor narrow(int dim, int start, int length) {
        return Slices.narrow(self(), dim, start, length);
    }

    /** Positions {@code start} to {@code end}−1 of dimension {@code dim}, as Python's {@code x[start:end]}: negative counts from the end. A view. */
    default Tensor slice(int dim, int start, int end) {
        return Slices.slice(self(), dim, start, end, 1);
    }

    /** As {@link #slice(int, int, int)}, every {@code step}-th position. A view. */
    default Tensor slice(int dim, int start, int end, int step) {
        return Slices.slice(self(), dim, start, end, step);
    }

    /** Position {@code index} of dimension {@code dim}, which goes away. A view. */
    default Tensor select(int dim, int index) {
        return Slices.select(self(), dim, index);
    }

    /** {@code x[index]}: position {@code index} of the first dimension. A view. */
    default Tensor get(int index) {
        return Slices.select(self(), 0, index);
    }

    /** Pieces of {@code size} along a dimension, the last one perhaps smaller. Views. */
    default Tensor[] split(int size, int dim) {
        return Slices.split(self(), size, dim);
    }

    /** At most {@code chunks} pieces of equal size along a dimension, the last one perhaps smaller. Views. */
    default Tensor[] chunk(int chunks, int dim) {
        return Slices.chunk(self(), chunks, dim);
    }

    /** All positions along a dimension, which goes away. Views. */
    default Tensor[] unbind(int dim) {
        return Slices.unbind(self(), dim);
    }

    /** The whole tensor repeated along each dimension. A copy. */
    default Tensor repeat(int... times) {
        return Joins.repeat(self(), times);
    }

    /** The order of dimensions reversed. A copy. */
    default Tensor flip(int... dims) {
        return Joins.flip(self(), dims);
    }

    /** This tensor if its elements follow each other in row-major order, else such a copy. */
    default Tensor contiguous() {
        return contiguous(MemoryFormat.CONTIGUOUS);
    }

    /**
     * This tensor if its elements lie dense in the given order, else such a copy.
     *
     * @throws ShapeException if the shape cannot have that order
     */
    default Tensor contiguous(MemoryFormat format) {
        return self().isContiguous(format) ? self() : self().clone(format);
    }

    /** {@link #reshape} to {@code other}'s shape. */
    default Tensor reshapeAs(Tensor other) {
        return Views.reshape(self(), other.shape().toArray());
    }

    /** {@link #view} in {@code other}'s shape. */
    default Tensor viewAs(Tensor other) {
        return Views.view(self(), other.shape().toArray());
    }

    /** All dimensions merged into one; NumPy's name of {@link #flatten()}. */
    default Tensor ravel() {
        return flatten();
    }

    /** Two dimensions swapped; NumPy's name of {@link #transpose}. A view. */
    default Tensor swapAxes(int a, int b) {
        return transpose(a, b);
    }

    /** Two dimensions swapped; another name of {@link #transpose}. A view. */
    default Tensor swapDims(int a, int b) {
        return transpose(a, b);
    }

    /** Dimension {@code from} moved to place {@code to}. A view. */
    default Tensor moveDim(int from, int to) {
        return moveDim(new int[] {from}, new int[] {to});
    }

    /** Dimensions {@code from} moved to places {@code to}; the others keep their order. A view. */
    default Tensor moveDim(int[] from, int[] to) {
        return Rearrange.moveDim(self(), from, to);
    }

    /** NumPy's name of {@link #moveDim(int, int)}. */
    default Tensor moveAxis(int from, int to) {
        return moveDim(from, to);
    }

    /** NumPy's name of {@link #moveDim(int[], int[])}. */
    default Tensor moveAxis(int[] from, int[] to) {
        return moveDim(from, to);
    }

    /** As {@link #expand}. */
    default Tensor broadcastTo(int... shape) {
        return expand(shape);
    }

    /** At least one dimension. A view. */
    default Tensor atLeast1d() {
        return Rearrange.atLeast(self(), 1);
    }

    /** At least two dimensions; a vector becomes a row. A view. */
    default Tensor atLeast2d() {
        return Rearrange.atLeast(self(), 2);
    }

    /** At least three dimensions; a vector of n becomes {@code (1, n, 1)}, a matrix {@code (n, m, 1)}. A view. */
    default Tensor atLeast3d() {
        return Rearrange.atLeast(self(), 3);
    }

    /** Pieces of these sizes along a dimension. Views. */
    default Tensor[] split(int[] sizes, int dim) {
        return Rearrange.split(self(), sizes, dim);
    }

    /** As {@link #split(int[], int)}. */
    default Tensor[] splitWithSizes(int[] sizes, int dim) {
        return Rearrange.split(self(), sizes, dim);
    }

    /** So many pieces whose sizes differ by one at most. Views. */
    default Tensor[] tensorSplit(int sections, int dim) {
        return Rearrange.tensorSplit(self(), sections, dim);
    }

    /** Cut before these positions of a dimension. Views. */
    default Tensor[] tensorSplit(int[] indices, int dim) {
        return Rearrange.tensorSplit(self(), indices, dim);
    }

    /** Equal pieces side by side: along dimension 1, of a vector 0. Views. */
    default Tensor[] hsplit(int sections) {
        return Rearrange.evenSplit("hsplit", self(), 2, sections);
    }

    /** Cut before these positions of dimension 1, of a vector 0. Views. */
    default Tensor[] hsplit(int[] indices) {
        return Rearrange.cutSplit("hsplit", self(), 2, indices);
    }

    /** Equal pieces along dimension 0. Views. */
    default Tensor[] vsplit(int sections) {
        return Rearrange.evenSplit("vsplit", self(), 2, sections);
    }

    /** Cut before these positions of dimension 0. Views. */
    default Tensor[] vsplit(int[] indices) {
        return Rearrange.cutSplit("vsplit", self(), 2, indices);
    }

    /** Equal pieces along dimension 2. Views. */
    default Tensor[] dsplit(int sections) {
        return Rearrange.evenSplit("dsplit", self(), 3, sections);
    }

    /** Cut before these positions of dimension 2. Views. */
    default Tensor[] dsplit(int[] indices) {
        return Rearrange.cutSplit("dsplit", self(), 3, indices);
    }

    /** The whole tensor repeated; numbers are for the last dimensions. A copy. */
    default Tensor tile(int... times) {
        return Rearrange.tile(self(), times);
    }

    /** Every element of the flattened tensor {@code times} times. */
    default Tensor repeatInterleave(int times) {
        return flatten().repeatInterleave(times, 0);
    }

    /** Every position of a dimension {@code times} times. */
    default Tensor repeatInterleave(int times, int dim) {
        return Rearrange.repeatInterleave(self(), Tensor.of(new int[] {times}, 1), dim);
    }

    /** Every position of a dimension as often as {@code times} (int64 or int32, one per position) says. */
    default Tensor repeatInterleave(Tensor times, int dim) {
        return Rearrange.repeatInterleave(self(), times, dim);
    }

    /** All elements in row-major order moved along; those that fall off the end come back at the start. A copy. */
    default Tensor roll(int shift) {
        return Rearrange.roll(self(), new int[] {shift}, new int[0]);
    }

    /** Positions of a dimension moved along; those that fall off the end come back at the start. A copy. */
    default Tensor roll(int shift, int dim) {
        return Rearrange.roll(self(), new int[] {shift}, new int[] {dim});
    }

    /** As {@link #roll(int, int)}, along several dimensions. A copy. */
    default Tensor roll(int[] shifts, int[] dims) {
        return Rearrange.roll(self(), shifts, dims);
    }

    /** Turned by so many quarters in the plane of the first two dimensions. A copy. */
    default Tensor rot90(int quarters) {
        return Rearrange.rot90(self(), quarters, 0, 1);
    }

    /** Turned by so many quarters from one dimension towards another. A copy. */
    default Tensor rot90(int quarters, int from, int to) {
        return Rearrange.rot90(self(), quarters, from, to);
    }

    /** Columns (dimension 1) reversed. A copy. */
    default Tensor fliplr() {
        return Rearrange.flipDimension("fliplr", self(), 1);
    }

    /** Rows (dimension 0) reversed. A copy. */
    default Tensor flipud() {
        return Rearrange.flipDimension("flipud", self(), 0);
    }

    /** All windows of {@code size} positions of a dimension, {@code step} apart; a window's elements become a last dimension. A view. */
    default Tensor unfold(int dim, int size, int step) {
        return Diagonals.unfold(self(), dim, size, step);
    }

    /** This tensor's storage seen with other sizes, strides and offset. A view. */
    default Tensor asStrided(int[] sizes, int[] strides, int offset) {
        return Diagonals.asStrided(self(), sizes, strides, offset);
    }

    /** This tensor's storage seen with other sizes and strides. A view. */
    default Tensor asStrided(int[] sizes, int[] strides) {
        return asStrided(sizes, strides, self().offset());
    }

    /** The diagonal of the first two dimensions, as the last dimension. A view. */
    default Tensor diagonal() {
        return Diagonals.diagonal(self(), 0, 0, 1);
    }

    /** A diagonal of the plane of two dimensions ({@code offset} above 0: above the main one), as the last dimension. A view. */
    default Tensor diagonal(int offset, int dim1, int dim2) {
        return Diagonals.diagonal(self(), offset, dim1, dim2);
    }

    /** A vector as a matrix's diagonal, or a matrix's diagonal as a vector. A copy. */
    default Tensor diag() {
        return Diagonals.diag(self(), 0);
    }

    /** A vector as a matrix's diagonal, or a matrix's diagonal as a vector. A copy. */
    default Tensor diag(int offset) {
        return Diagonals.diag(self(), offset);
    }

    /** All elements, flattened, as a matrix's diagonal. */
    default Tensor diagFlat(int offset) {
        return Diagonals.diagEmbed(flatten(), offset, 0, 1);
    }

    /** Vectors in the last dimension as diagonals of matrices of zeros. */
    default Tensor diagEmbed() {
        return Diagonals.diagEmbed(self(), 0, -2, -1);
    }

    /** Vectors in the last dimension as diagonals, in the plane of two of the result's dimensions. */
    default Tensor diagEmbed(int offset, int dim1, int dim2) {
        return Diagonals.diagEmbed(self(), offset, dim1, dim2);
    }

    /** The elements on and below the diagonal of the last two dimensions; zeros elsewhere. */
    default Tensor tril() {
        return Diagonals.triangle(true, self(), 0);
    }

    /** The elements on and below a diagonal of the last two dimensions; zeros elsewhere. */
    default Tensor tril(int diagonal) {
        return Diagonals.triangle(true, self(), diagonal);
    }

    /** The elements on and above the diagonal of the last two dimensions; zeros elsewhere. */
    default Tensor triu() {
        return Diagonals.triangle(false, self(), 0);
    }

    /** The elements on and above a diagonal of the last two dimensions; zeros elsewhere. */
    default Tensor triu(int diagonal) {
        return Diagonals.triangle(false, self(), diagonal);
    }

    /** Differences of neighbours along the last dimension. */
    default Tensor diff() {
        return Rearrange.diff(self(), 1, -1, null, null);
    }

    /** Differences of neighbours along a dimension, {@code n} times over. */
    default Tensor diff(int n, int dim) {
        return Rearrange.diff(self(), n, dim, null, null);
    }

    /** As {@link #diff(int, int)}, with tensors put before and behind first; either may be null. */
    default Tensor diff(int n, int dim, Tensor prepend, Tensor append) {
        return Rearrange.diff(self(), n, dim, prepend, append);
    }

    /** {@link #tril(int)}, in place. */
    default Tensor trilInPlace(int diagonal) {
        return Formulas.store("tril", self(), x -> x.tril(diagonal));
    }

    /** {@link #triu(int)}, in place. */
    default Tensor triuInPlace(int diagonal) {
        return Formulas.store("triu", self(), x -> x.triu(diagonal));
    }
}
