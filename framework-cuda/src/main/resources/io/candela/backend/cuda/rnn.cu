// Cells of recurrent layers: what comes between the matrix products of a step. A thread does one number of one sequence's state; all its gates, which
// lie n apart in a row. Formulas are those of RecurrentKernels.Cell.
#include "divisor.cuh"

#define BLOCK 256

__device__ __forceinline__ unsigned thread() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ unsigned threads() {
    return gridDim.x * blockDim.x;
}

__device__ __forceinline__ float sigmoid(float x) {
    return 1 / (1 + expf(-x));
}

/** The slope of sigmoid where its value is y. */
__device__ __forceinline__ float slope(float y) {
    return y * (1 - y);
}

/** The states before a step: of the sequences that had one before, and the first ones of those that begin. */
__device__ __forceinline__ float before(const float* states, unsigned going, const float* initial, unsigned row, unsigned i) {
    return row < going ? states[i] : initial[i];
}

/** part: what the states add to the gates. */
extern "C" __global__ void __launch_bounds__(BLOCK) lstm(float* gates, const float* part, float* cells, float* h, float* c, float* out, unsigned items,
        Divisor width) {
    unsigned n = width.size;
    for (unsigned i = thread(); i < items; i += threads()) {
        unsigned row = width.of(i);
        unsigned at = i + 3 * n * row;
        float input = sigmoid(gates[at] + part[at]);
        float forget = sigmoid(gates[at + n] + part[at + n]);
        float candidate = tanhf(gates[at + 2 * n] + part[at + 2 * n]);
        float output = sigmoid(gates[at + 3 * n] + part[at + 3 * n]);
        float cell = forget * c[i] + input * candidate;
        float state = output * tanhf(cell);
        gates[at] = input;
        gates[at + n] = forget;
        gates[at + 2 * n] = candidate;
        gates[at + 3 * n] = output;
        cells[i] = cell;
        c[i] = cell;
        h[i] = state;
        out[i] = state;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) gru(float* gates, const float* part, float* extra, float* h, float* out, unsigned items, Divisor width) {
    unsigned n = width.size;
    for (unsigned i = thread(); i < items; i += threads()) {
        unsigned row = width.of(i);
        unsigned at = i + 2 * n * row;
        float reset = sigmoid(gates[at] + part[at]);
        float update = sigmoid(gates[at + n] + part[at + n]);
        float kept = part[at + 2 * n];
        float candidate = tanhf(gates[at + 2 * n] + reset * kept);
        float state = candidate + update * (h[i] - candidate);
        gates[at] = reset;
        gates[at + n] = update;
        gates[at + 2 * n] = candidate;
        extra[i] = kept;
        h[i] = state;
        out[i] = state;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) simple(float* gates, const float* part, float* h, float* out, unsigned items, int relu) {
    for (unsigned i = thread(); i < items; i += threads()) {
        float x = gates[i] + part[i];
        float state = !relu ? tanhf(x) : x < 0 ? 0 : x; // NaN stays
        gates[i] = state;
        h[i] = state;
        out[i] = state;
    }
}

/** dh is read only: the product that follows overwrites it. */
extern "C" __global__ void __launch_bounds__(BLOCK) lstm_grad(const float* gates, const float* cells, const float* cellsBefore, unsigned going,
        const float* c0, const float* g, const float* dh, float* dc, float* dGates, unsigned items, Divisor width) {
    unsigned n = width.size;
    for (unsigned i = thread(); i < items; i += threads()) {
        unsigned row = width.of(i);
        unsigned at = i + 3 * n * row;
        float input = gates[at];
        float forget = gates[at + n];
        float candidate = gates[at + 2 * n];
        float output = gates[at + 3 * n];
        float shown = tanhf(cells[i]);
        float d = dh[i] + g[i];
        float dCell = dc[i] + d * output * (1 - shown * shown);
        dGates[at] = dCell * candidate * slope(input);
        dGates[at + n] = dCell * before(cellsBefore, going, c0, row, i) * slope(forget);
        dGates[at + 2 * n] = dCell * input * (1 - candidate * candidate);
        dGates[at + 3 * n] = d * shown * slope(output);
        dc[i] = dCell * forget;
    }
}

/** dh becomes what goes past the gates. */
extern "C" __global__ void __launch_bounds__(BLOCK) gru_grad(const float* gates, const float* extra, const float* outBefore, unsigned going,
        const float* h0, const float* g, float* dh, float* dGates, float* dPart, unsigned items, Divisor width) {
    unsigned n = width.size;
    for (unsigned i = thread(); i < items; i += threads()) {
        unsigned row = width.of(i);
        unsigned at = i + 2 * n * row;
        float reset = gates[at];
        float update = gates[at + n];
        float candidate = gates[at + 2 * n];
        float d = dh[i] + g[i];
        float dCandidate = d * (1 - update) * (1 - candidate * candidate);
        float dReset = dCandidate * extra[i] * slope(reset);
        float dUpdate = d * (before(outBefore, going, h0, row, i) - candidate) * slope(update);
        dGates[at] = dReset;
        dGates[at + n] = dUpdate;
        dGates[at + 2 * n] = dCandidate;
        dPart[at] = dReset;
        dPart[at + n] = dUpdate;
        dPart[at + 2 * n] = dCandidate * reset;
        dh[i] = d * update;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) simple_grad(const float* gates, const float* g, const float* dh, float* dGates, unsigned items, int relu) {
    for (unsigned i = thread(); i < items; i += threads()) {
        float d = dh[i] + g[i];
        float y = gates[i];
        dGates[i] = !relu ? d * (1 - y * y) : y <= 0 ? 0 : d;
    }
}
