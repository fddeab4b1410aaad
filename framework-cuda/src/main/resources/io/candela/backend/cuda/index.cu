// Elements by index, sorting, and what is built on it. Elements that keep their type are moved as bits, by their size.
//
// Where several elements meet in one place they are brought together by a stable sort and taken in their order: results are the same each time,
// and those of a loop.
#include "types.cuh"
#include "layout.cuh"
#include "report.cuh"

#define BLOCK 256
#define TILE 512 // elements that a block sorts
#define SCAN_BLOCK 1024
#define WARP_SPAN 128 // elements of which a warp counts those that are set

typedef unsigned long long uint64;

template <int BYTES> struct Bits;
template <> struct Bits<1> { typedef unsigned char type; };
template <> struct Bits<2> { typedef unsigned short type; };
template <> struct Bits<4> { typedef unsigned type; };
template <> struct Bits<8> { typedef uint64 type; };
template <> struct Bits<16> { typedef Pack<unsigned, 4> type; };

__device__ __forceinline__ unsigned thread() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ unsigned threads() {
    return gridDim.x * blockDim.x;
}

/** A row for each threadIdx.y. */
template <class T>
__device__ __forceinline__ void selectRows(const T* x, int64 rows, unsigned width, const int64* index, unsigned n, T* out, uint64* errors,
        uint64 launch) {
    unsigned i = blockIdx.x * blockDim.y + threadIdx.y;
    if (i >= n) {
        return;
    }
    int64 pick = index[i];
    if (pick < 0 || pick >= rows) {
        if (threadIdx.x == 0) {
            report(errors, launch, pick, i);
        }
        return;
    }
    x += pick * width;
    out += (int64) i * width;
    for (unsigned k = threadIdx.x; k < width; k += blockDim.x) {
        out[k] = x[k];
    }
}

/** Operands of the layout: out, index, and x at 0 along the dimension. */
template <class T>
__device__ __forceinline__ void gather(const T* x, int step, int64 size, const int64* index, T* out, unsigned n, const Layout<3>& layout,
        uint64* errors, uint64 launch) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[3];
        offsets(layout, i, at);
        int64 pick = index[at[1]];
        if (pick < 0 || pick >= size) {
            report(errors, launch, pick, i);
        } else {
            out[at[0]] = x[at[2] + pick * step];
        }
    }
}

/** Where elements go: their places in memory as keys. What is out of range gets the largest. Operands: keys, index, out at 0 along the dimension. */
extern "C" __global__ void __launch_bounds__(BLOCK) destinations(const int64* index, int step, int64 size, uint64* keys, unsigned n, Layout<3> layout,
        uint64* errors, uint64 launch) {
    for (unsigned i = thread(); i < n; i += threads()) {
        int at[3];
        offsets(layout, i, at);
        int64 pick = index[at[1]];
        bool inside = pick >= 0 && pick < size;
        if (!inside) {
            report(errors, launch, pick, i);
        }
        keys[at[0]] = inside ? (uint64) (at[2] + pick * step) : ~0ull;
    }
}

/**
 * Adds rows of source in the order of their sorted keys, or with add 0 writes the last of equal ones. The first of equal keys does the work for
 * all.
 */
template <class T>
__device__ __forceinline__ void place(const uint64* keys, const int* order, unsigned n, unsigned width, const T* source, uint64 places, int add, T* out) {
    typedef typename Computed<T>::type C;
    uint64 all = (uint64) n * width;
    for (uint64 item = thread(); item < all; item += threads()) {
        unsigned i = (unsigned) (item / width);
        unsigned column = (unsigned) (item % width);
        uint64 key = keys[i];
        if (key >= places || (i > 0 && keys[i - 1] == key)) {
            continue;
        }
        T* to = out + key * width + column;
        if (add) {
            C sum = Get<C>::of(*to);
            for (; i < n && keys[i] == key; i++) {
                sum += Get<C>::of(source[(int64) order[i] * width + column]);
            }
            *to = Put<T>::of(sum);
        } else {
            while (i + 1 < n && keys[i + 1] == key) {
                i++;
            }
            *to = source[(int64) order[i] * width + column];
        }
    }
}

// --- keys in whose order elements are ---
__device__ __forceinline__ uint64 keyOf(double x) {
    if (x != x) {
        return ~0ull;
    }
    uint64 bits = (uint64) __double_as_longlong(x == 0 ? 0.0 : x); // 0 and -0 are equal
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

__device__ __forceinline__ uint64 keyOf(const void* x, int type, int64 i) {
    return type == FLOAT32 || type == FLOAT64 || type == FLOAT16 || type == BFLOAT16 ? keyOf(load<double>(x, type, (int) i))
            : (uint64) load<int64>(x, type, (int) i) ^ 1ull << 63;
}

extern "C" __global__ void __launch_bounds__(BLOCK) sort_keys(const void* x, int type, int descending, uint64* keys, unsigned n) {
    for (unsigned i = thread(); i < n; i += threads()) {
        uint64 key = keyOf(x, type, i);
        keys[i] = descending ? ~key : key;
    }
}

/** How many of n sorted keys are smaller than a key, or with orEqual: not larger. */
__device__ __forceinline__ unsigned countBelow(const uint64* keys, unsigned n, uint64 key, bool orEqual) {
    unsigned low = 0;
    while (low < n) {
        unsigned middle = (low + n) / 2;
        bool below = orEqual ? keys[middle] <= key : keys[middle] < key;
        if (below) {
            low = middle + 1;
        } else {
            n = middle;
        }
    }
    return low;
}

/** Where element i goes when sorted runs of `width` are merged two by two: behind those of the other run that come before it. */
__device__ __forceinline__ unsigned mergedPlace(const uint64* keys, unsigned n, unsigned width, unsigned i) {
    unsigned start = i / (2 * width) * (2 * width);
    unsigned middle = min(start + width, n);
    unsigned end = min(middle + width, n);
    return i < middle ? i + countBelow(keys + middle, end - middle, keys[i], false)
            : i - (middle - start) + countBelow(keys + start, middle - start, keys[i], true);
}

/** A tile of a row for each block. */
extern "C" __global__ void __launch_bounds__(TILE) sort_tiles(const uint64* keys, uint64* sorted, int* order, unsigned n, unsigned tiles) {
    __shared__ uint64 key[2][TILE];
    __shared__ int from[2][TILE];
    unsigned first = blockIdx.x % tiles * TILE;
    int64 row = (int64) (blockIdx.x / tiles) * n;
    unsigned count = min(n - first, (unsigned) TILE);
    unsigned i = threadIdx.x;
    if (i < count) {
        key[0][i] = keys[row + first + i];
        from[0][i] = (int) (first + i);
    }
    int now = 0;
    for (unsigned width = 1; width < count; width *= 2) {
        __syncthreads();
        if (i < count) {
            unsigned to = mergedPlace(key[now], count, width, i);
            key[1 - now][to] = key[now][i];
            from[1 - now][to] = from[now][i];
        }
        now = 1 - now;
    }
    if (count > 1) {
        __syncthreads();
    }
    if (i < count) {
        sorted[row + first + i] = key[now][i];
        order[row + first + i] = from[now][i];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) merge_runs(const uint64* keys, const int* order, uint64* toKeys, int* toOrder, unsigned n,
        unsigned width, unsigned all) {
    for (unsigned item = thread(); item < all; item += threads()) {
        unsigned i = item % n;
        int64 row = item - i;
        unsigned to = mergedPlace(keys + row, n, width, i);
        toKeys[row + to] = keys[item];
        toOrder[row + to] = order[item];
    }
}

/** Position in its row of the lower median; of the first NaN, if there is one that is not skipped, or nothing else. A row per block. */
extern "C" __global__ void median(const uint64* keys, const int* order, unsigned n, int floating, int skipNan, int64* positions) {
    keys += (int64) blockIdx.x * n;
    unsigned numbers = floating ? countBelow(keys, n, ~0ull, false) : n;
    bool isNan = numbers < n && (!skipNan || numbers == 0);
    unsigned place = isNan ? numbers : countBelow(keys, numbers, keys[(numbers - 1) / 2], false);
    positions[blockIdx.x] = order[(int64) blockIdx.x * n + place];
}

/** Last position in its row of the most frequent element, the smallest of several; NaN equals nothing. A row per block. */
extern "C" __global__ void __launch_bounds__(BLOCK) mode(const uint64* keys, const int* order, unsigned n, int floating, int, int64* positions) {
    __shared__ unsigned mostOf[BLOCK];
    __shared__ unsigned endOf[BLOCK]; // of the run: the first place behind it
    keys += (int64) blockIdx.x * n;
    unsigned numbers = floating ? countBelow(keys, n, ~0ull, false) : n;
    unsigned most = 0;
    unsigned end = n; // of NaN alone the last
    for (unsigned i = threadIdx.x; i < numbers; i += BLOCK) {
        if (i == 0 || keys[i - 1] != keys[i]) {
            unsigned run = countBelow(keys + i, numbers - i, keys[i], true);
            if (run > most) {
                most = run;
                end = i + run;
            }
        }
    }
    mostOf[threadIdx.x] = most;
    endOf[threadIdx.x] = end;
    for (unsigned half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        unsigned other = threadIdx.x + half;
        if (threadIdx.x < half && (mostOf[other] > mostOf[threadIdx.x]
                || (mostOf[other] == mostOf[threadIdx.x] && endOf[other] < endOf[threadIdx.x]))) {
            mostOf[threadIdx.x] = mostOf[other];
            endOf[threadIdx.x] = endOf[other];
        }
    }
    if (threadIdx.x == 0) {
        positions[blockIdx.x] = order[(int64) blockIdx.x * n + endOf[0] - 1];
    }
}

/** The elements of rows in their order. */
template <class T>
__device__ __forceinline__ void inOrder(const T* x, const int* order, T* values, int64* indices, unsigned n, unsigned all) {
    for (unsigned item = thread(); item < all; item += threads()) {
        int from = order[item];
        values[item] = x[item - item % n + from];
        indices[item] = from;
    }
}

/** @param width values of a sequence */
extern "C" __global__ void __launch_bounds__(BLOCK) search_sorted(const void* sorted, const void* values, int type, unsigned n, unsigned width, int right,
        int64* out, unsigned count) {
    for (unsigned i = thread(); i < count; i += threads()) {
        int64 base = (int64) (i / width) * n;
        uint64 key = keyOf(values, type, i);
        unsigned low = 0;
        unsigned high = n;
        while (low < high) {
            unsigned middle = (low + high) / 2;
            uint64 k = keyOf(sorted, type, base + middle);
            bool below = right ? k <= key : k < key;
            if (below) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        out[i] = low;
    }
}

// --- the positions of elements that are not 0: counted by warp, then summed up, then written ---
__device__ __forceinline__ bool isSet(const void* x, int type, unsigned i, unsigned n) {
    if (i >= n) {
        return false;
    }
    bool floating = type == FLOAT32 || type == FLOAT64 || type == FLOAT16 || type == BFLOAT16;
    return floating ? load<double>(x, type, (int) i) != 0 : load<int64>(x, type, (int) i) != 0;
}

extern "C" __global__ void __launch_bounds__(BLOCK) count_set(const void* x, int type, unsigned n, int* counts) {
    unsigned warp = thread() / 32;
    unsigned first = warp * WARP_SPAN;
    if (first >= n) {
        return;
    }
    int count = 0;
    for (unsigned i = first; i < first + WARP_SPAN; i += 32) {
        count += __popc(__ballot_sync(0xFFFFFFFFu, isSet(x, type, i + threadIdx.x % 32, n)));
    }
    if (threadIdx.x % 32 == 0) {
        counts[warp] = count;
    }
}

/** One block makes counts their sums before; the sum of all is put behind. */
extern "C" __global__ void __launch_bounds__(SCAN_BLOCK) sum_before(int* counts, unsigned n) {
    __shared__ int sums[SCAN_BLOCK];
    unsigned each = (n + SCAN_BLOCK - 1) / SCAN_BLOCK;
    unsigned first = min(threadIdx.x * each, n);
    unsigned end = min(first + each, n);
    int own = 0;
    for (unsigned i = first; i < end; i++) {
        own += counts[i];
    }
    sums[threadIdx.x] = own;
    for (unsigned d = 1; d < SCAN_BLOCK; d *= 2) {
        __syncthreads();
        int before = threadIdx.x >= d ? sums[threadIdx.x - d] : 0;
        __syncthreads();
        sums[threadIdx.x] += before;
    }
    int sum = sums[threadIdx.x] - own;
    for (unsigned i = first; i < end; i++) {
        int count = counts[i];
        counts[i] = sum;
        sum += count;
    }
    if (threadIdx.x == SCAN_BLOCK - 1) {
        counts[n] = sums[threadIdx.x];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) write_set(const void* x, int type, unsigned n, const int* before, int64* out) {
    unsigned warp = thread() / 32;
    unsigned first = warp * WARP_SPAN;
    if (first >= n) {
        return;
    }
    unsigned lane = threadIdx.x % 32;
    int at = before[warp];
    for (unsigned i = first; i < first + WARP_SPAN; i += 32) {
        bool set = isSet(x, type, i + lane, n);
        unsigned all = __ballot_sync(0xFFFFFFFFu, set);
        if (set) {
            out[at + __popc(all & ((1u << lane) - 1))] = i + lane;
        }
        at += __popc(all);
    }
}

#define SELECTS(bytes) \
    extern "C" __global__ void __launch_bounds__(BLOCK) select_rows_##bytes(const Bits<bytes>::type* x, int64 rows, unsigned width, const int64* index, \
            unsigned n, Bits<bytes>::type* out, uint64* errors, uint64 launch) { \
        selectRows(x, rows, width, index, n, out, errors, launch); \
    }
#define MOVES(bytes) \
    SELECTS(bytes) \
    extern "C" __global__ void __launch_bounds__(BLOCK) gather_##bytes(const Bits<bytes>::type* x, int step, int64 size, const int64* index, \
            Bits<bytes>::type* out, unsigned n, Layout<3> layout, uint64* errors, uint64 launch) { \
        gather(x, step, size, index, out, n, layout, errors, launch); \
    } \
    extern "C" __global__ void __launch_bounds__(BLOCK) in_order_##bytes(const Bits<bytes>::type* x, const int* order, Bits<bytes>::type* values, \
            int64* indices, unsigned n, unsigned all) { \
        inOrder(x, order, values, indices, n, all); \
    }
#define PLACES(tag, T) \
    extern "C" __global__ void __launch_bounds__(BLOCK) place_##tag(const uint64* keys, const int* order, unsigned n, unsigned width, const T* source, \
            uint64 places, int add, T* out) { \
        place(keys, order, n, width, source, places, add, out); \
    }
MOVES(1)
MOVES(2)
MOVES(4)
MOVES(8)
SELECTS(16)
PLACES(bool, boolean)
PLACES(uint8, unsigned char)
PLACES(int8, signed char)
PLACES(int16, short)
PLACES(int32, int)
PLACES(int64, int64)
PLACES(float32, float)
PLACES(float64, double)
PLACES(float16, float16)
PLACES(bfloat16, bfloat16)
