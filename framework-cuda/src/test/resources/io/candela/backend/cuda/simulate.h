// CUDA's language for a C++17 compiler of the host: kernels compile unchanged and run on host memory, one block after another.
//
// The threads of a block are fibers. A thread that waits at no barrier runs to its end without a switch, and the next one follows on the same
// stack, so that a kernel without barriers is a plain loop. Blocks with an odd x run their threads in descending order: a kernel that lacks a
// barrier gives different results there. What CUDA leaves undefined is an error here: threads that wait at different barriers, or a shuffle with
// a lane that has ended. Shared memory starts out as NaN where it is dynamic.
//
// __global__, __shared__ and extern __shared__ are not macros: HostKernels replaces them after the preprocessor has run.
#pragma once
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tuple>
#include <type_traits>
#include <ucontext.h>
#include <utility>
#include <vector>

#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __constant__ static
#define __align__(n) __attribute__((aligned(n)))
#define __grid_constant__
#define warpSize 32

struct dim3 {
    unsigned x, y, z;
};

static dim3 gridDim, blockDim, blockIdx, threadIdx;

#pragma GCC push_options
#pragma GCC optimize("O2") // kernels are compiled without: that takes a third of the time
namespace simulate {
// --- fibers and threads ---
enum Wait { RUNS, AT_BARRIER, IN_WARP, ENDED };

struct Fiber;

struct Thread {
    dim3 index;
    int number; // x first, then y, then z
    Wait wait;
    int line; // where it waits
    unsigned mask; // of a warp's operation: who takes part
    int from; // the lane whose value it wants
    uint64_t value, result;
    bool orderOnly;
    Fiber* fiber;
};

struct Fiber {
    ucontext_t start;
    jmp_buf at;
    bool fresh;
};

struct Warp {
    unsigned present, ended; // lanes that the block has, and those of them that are done
    unsigned waiting; // lanes in a warp's operation
};

static const size_t STACK = 256 << 10;
static std::vector<Thread> threads;
static std::vector<Warp> warps;
static std::vector<Thread*> ready; // resumed in this order
static size_t resumed;
static std::vector<Fiber*> idle;
static Thread* current;
static int started, ended, waiting;
static int barrierLine; // where the first of those waits
static jmp_buf scheduler;
static char failure[512];
static void (*body)(void**);
static void** arguments;
static std::vector<char> dynamic;

static Fiber* fiberOf();

[[noreturn]] static void fail(const char* what, int line) {
    snprintf(failure, sizeof failure, "%s, in thread (%u, %u, %u) of block (%u, %u, %u), line %d", what, current->index.x, current->index.y,
            current->index.z, blockIdx.x, blockIdx.y, blockIdx.z, line);
    _longjmp(scheduler, 1);
}

static Thread* next() {
    int count = (int) threads.size();
    if (started == count) {
        return nullptr;
    }
    int i = blockIdx.x % 2 ? count - 1 - started : started;
    started++;
    return &threads[i];
}

static void releaseBarrier() {
    for (Thread& t : threads) {
        if (t.wait == AT_BARRIER) {
            t.wait = RUNS;
            ready.push_back(&t);
        }
    }
    waiting = 0;
}

/** Whether all threads that have not ended wait at the barrier. */
static bool isBarrierFull() {
    return waiting > 0 && waiting + ended == (int) threads.size();
}

static void become(Thread* t) {
    current = t;
    threadIdx = t->index;
}

/** Goes on with another thread on its own stack; comes back when the current one is resumed. */
static void park() {
    Fiber* own = current->fiber;
    Thread* self = current;
    if (_setjmp(own->at) == 0) {
        if (resumed < ready.size()) {
            become(ready[resumed++]);
            _longjmp(current->fiber->at, 1);
        }
        _longjmp(scheduler, 2);
    }
    become(self);
}

static void enter() {
    for (;;) {
        Fiber* fiber = current->fiber;
        body(arguments);
        Thread* self = current;
        self->wait = ENDED;
        warps[self->number / 32].ended |= 1u << self->number % 32;
        ended++;
        if (isBarrierFull()) {
            releaseBarrier();
        }
        Thread* t = resumed < ready.size() ? nullptr : next();
        if (t == nullptr) {
            idle.push_back(fiber);
            if (_setjmp(fiber->at) == 0) {
                _longjmp(scheduler, 2);
            }
            continue; // taken out of the idle ones for another thread, which is current
        }
        t->fiber = fiber;
        become(t);
    }
}

static Fiber* fiberOf() {
    if (!idle.empty()) {
        Fiber* f = idle.back();
        idle.pop_back();
        return f;
    }
    Fiber* f = new Fiber();
    getcontext(&f->start);
    f->start.uc_stack.ss_sp = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    f->start.uc_stack.ss_size = STACK;
    f->start.uc_link = nullptr;
    makecontext(&f->start, enter, 0);
    f->fresh = true;
    return f;
}

static void run(Thread* t) {
    become(t);
    Fiber* f = t->fiber;
    if (f->fresh) {
        f->fresh = false;
        setcontext(&f->start);
    }
    _longjmp(f->at, 1);
}

static void runBlock() {
    for (Thread& t : threads) {
        t.wait = RUNS;
        t.fiber = nullptr;
    }
    for (Warp& w : warps) {
        w.ended = w.waiting = 0;
    }
    started = ended = waiting = 0;
    resumed = 0;
    ready.clear();
    memset(dynamic.data(), 0xFF, dynamic.size());
    volatile int code = _setjmp(scheduler);
    if (code == 1) {
        idle.clear(); // their stacks are lost: threads stand in the middle of the kernel
        return;
    }
    if (resumed < ready.size()) {
        run(ready[resumed++]);
    }
    ready.clear();
    resumed = 0;
    if (Thread* t = next()) {
        t->fiber = fiberOf();
        run(t);
    }
    if (ended < (int) threads.size()) {
        for (Thread& t : threads) {
            if (t.wait == AT_BARRIER || t.wait == IN_WARP) {
                current = &t;
                snprintf(failure, sizeof failure, "deadlock: thread (%u, %u, %u) of block (%u, %u, %u) waits in line %d for others that do not come",
                        t.index.x, t.index.y, t.index.z, blockIdx.x, blockIdx.y, blockIdx.z, t.line);
                idle.clear();
                return;
            }
        }
    }
}

// --- barriers and shuffles ---
static void barrier(int line) {
    if (waiting == 0) {
        barrierLine = line;
    } else if (barrierLine != line) {
        fail("threads of a block wait at different barriers", line);
    }
    current->wait = AT_BARRIER;
    current->line = line;
    waiting++;
    if (isBarrierFull()) {
        current->wait = RUNS;
        releaseBarrier();
        return;
    }
    park();
}

static uint64_t inWarp(unsigned mask, uint64_t value, int from, int line, void (*combine)(Thread** lanes)) {
    Thread* self = current;
    Warp& warp = warps[self->number / 32];
    unsigned bit = 1u << self->number % 32;
    if (!(mask & bit)) {
        fail("a thread is not in the mask of its own warp operation", line);
    }
    if (mask & ~warp.present) {
        fail("the mask of a warp operation names a lane that the block does not have", line);
    }
    if (mask & warp.ended) {
        fail("the mask of a warp operation names a lane that has ended", line);
    }
    self->wait = IN_WARP;
    self->line = line;
    self->mask = mask;
    self->value = value;
    self->from = from;
    warp.waiting |= bit;
    if ((warp.waiting & mask) != mask) {
        park();
        return self->result;
    }
    Thread* first = &threads[self->number / 32 * 32];
    Thread* lanes[32] = {};
    for (int i = 0; i < 32; i++) {
        if (mask >> i & 1) {
            lanes[i] = first + i;
            if (first[i].line != line || first[i].mask != mask) {
                fail("lanes of a warp wait at different operations", line);
            }
        }
    }
    combine(lanes);
    warp.waiting &= ~mask;
    for (Thread* t : lanes) {
        if (t != nullptr) {
            t->wait = RUNS;
            if (t != self) {
                ready.push_back(t);
            }
        }
    }
    return self->result;
}

static void exchange(Thread** lanes) {
    for (int i = 0; i < 32; i++) {
        if (Thread* t = lanes[i]) {
            t->result = t->from >= 0 && lanes[t->from] != nullptr ? lanes[t->from]->value : t->value;
        }
    }
}

static void ballot(Thread** lanes) {
    unsigned bits = 0;
    for (int i = 0; i < 32; i++) {
        bits |= lanes[i] != nullptr && lanes[i]->value ? 1u << i : 0;
    }
    for (int i = 0; i < 32; i++) {
        if (lanes[i] != nullptr) {
            lanes[i]->result = bits;
        }
    }
}

template <class T>
static T shuffle(unsigned mask, T value, int from, int line) {
    static_assert(sizeof(T) <= 8, "a shuffle moves up to 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(T));
    bits = inWarp(mask, bits, from, line, exchange);
    memcpy(&value, &bits, sizeof(T));
    return value;
}

static int lane() {
    return current->number % 32;
}

/** The lane's neighbour, or itself beyond the end of its group of {@code width}. */
static int below(int delta, int width) {
    return lane() % width + delta < width ? lane() + delta : lane();
}

static int above(int delta, int width) {
    return lane() % width - delta >= 0 ? lane() - delta : lane();
}

static int across(int bits, int width) {
    int other = lane() ^ bits;
    return other / width <= lane() / width ? other : lane();
}

static int within(int source, int width) {
    return lane() / width * width + source % width;
}

// --- launches ---
template <class... A, size_t... I>
static void apply(void (*kernel)(A...), void** a, std::index_sequence<I...>) {
    kernel(*reinterpret_cast<std::remove_reference_t<A>*>(a[I])...);
}

template <class... A>
static void apply(void (*kernel)(A...), void** a) {
    apply(kernel, a, std::index_sequence_for<A...>());
}

template <class T>
static T* dynamicShared() {
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(dynamic.data()) + 127) & ~(uintptr_t) 127);
}

static const int RED_ZONE = 256;
}

/** Runs a kernel; null, or what went wrong. */
extern "C" __attribute__((visibility("default"))) const char* simulate_launch(void (*kernel)(void**), unsigned gx, unsigned gy, unsigned gz,
        unsigned bx, unsigned by, unsigned bz, int sharedBytes, void** arguments) {
    using namespace simulate;
    failure[0] = 0;
    body = kernel;
    simulate::arguments = arguments;
    gridDim = {gx, gy, gz};
    blockDim = {bx, by, bz};
    dynamic.assign((size_t) sharedBytes + RED_ZONE, 0);
    threads.assign((size_t) bx * by * bz, Thread());
    for (size_t i = 0; i < threads.size(); i++) {
        threads[i].number = (int) i;
        threads[i].index = {(unsigned) (i % bx), (unsigned) (i / bx % by), (unsigned) (i / bx / by)};
    }
    warps.assign((threads.size() + 31) / 32, Warp());
    for (size_t w = 0; w < warps.size(); w++) {
        size_t lanes = threads.size() - w * 32;
        warps[w].present = lanes >= 32 ? 0xFFFFFFFFu : (1u << lanes) - 1;
    }
    for (unsigned z = 0; z < gz; z++) {
        for (unsigned y = 0; y < gy; y++) {
            for (unsigned x = 0; x < gx; x++) {
                blockIdx = {x, y, z};
                runBlock();
                char* end = dynamicShared<char>() + sharedBytes;
                for (char* p = end; failure[0] == 0 && p < end + 64; p++) {
                    if (*p != (char) 0xFF) {
                        snprintf(failure, sizeof failure, "block (%u, %u, %u) writes behind its %d bytes of dynamic shared memory", x, y, z, sharedBytes);
                    }
                }
                if (failure[0] != 0) {
                    return failure;
                }
            }
        }
    }
    return nullptr;
}

#pragma GCC pop_options

#define __syncthreads() simulate::barrier(__LINE__)
#define __syncwarp(...) ((void) simulate::inWarp(simulate::maskOf(__VA_ARGS__), 0, -1, __LINE__, simulate::exchange))
#define SIMULATE_SHUFFLE(mask, value, place) simulate::shuffle(mask, value, place, __LINE__)
#define __shfl_sync(mask, value, ...) SIMULATE_SHUFFLE(mask, value, simulate::within(simulate::first(__VA_ARGS__), simulate::width(__VA_ARGS__)))
#define __shfl_down_sync(mask, value, ...) SIMULATE_SHUFFLE(mask, value, simulate::below(simulate::first(__VA_ARGS__), simulate::width(__VA_ARGS__)))
#define __shfl_up_sync(mask, value, ...) SIMULATE_SHUFFLE(mask, value, simulate::above(simulate::first(__VA_ARGS__), simulate::width(__VA_ARGS__)))
#define __shfl_xor_sync(mask, value, ...) SIMULATE_SHUFFLE(mask, value, simulate::across(simulate::first(__VA_ARGS__), simulate::width(__VA_ARGS__)))
#define __ballot_sync(mask, predicate) ((unsigned) simulate::inWarp(mask, (predicate) ? 1 : 0, -1, __LINE__, simulate::ballot))
#define __any_sync(mask, predicate) (__ballot_sync(mask, predicate) != 0)
#define __all_sync(mask, predicate) (__ballot_sync(mask, !(predicate)) == 0)
#define __trap() simulate::fail("trap", __LINE__)

namespace simulate {
static unsigned maskOf(unsigned mask = 0xFFFFFFFFu) {
    return mask;
}
static int first(int value, int = 32) {
    return value;
}
static int width(int, int width = 32) {
    return width;
}
}

static inline unsigned __activemask() {
    unsigned mask = 0;
    int warp = simulate::current->number / 32 * 32;
    for (int i = 0; i < 32 && warp + i < (int) simulate::threads.size(); i++) {
        mask |= simulate::threads[warp + i].wait != simulate::ENDED ? 1u << i : 0;
    }
    return mask;
}

static inline void __threadfence() {}
static inline void __threadfence_block() {}
static inline void __nanosleep(unsigned) {}

// --- atomics: there is one thread at a time ---
template <class T, class U>
static inline T atomicAdd(T* p, U v) {
    T old = *p;
    *p = (T) (old + (T) v);
    return old;
}
template <class T, class U>
static inline T atomicSub(T* p, U v) {
    T old = *p;
    *p = (T) (old - (T) v);
    return old;
}
template <class T, class U>
static inline T atomicExch(T* p, U v) {
    T old = *p;
    *p = (T) v;
    return old;
}
template <class T, class U>
static inline T atomicMax(T* p, U v) {
    T old = *p;
    *p = old < (T) v ? (T) v : old;
    return old;
}
template <class T, class U>
static inline T atomicMin(T* p, U v) {
    T old = *p;
    *p = (T) v < old ? (T) v : old;
    return old;
}
template <class T, class U>
static inline T atomicAnd(T* p, U v) {
    T old = *p;
    *p = old & (T) v;
    return old;
}
template <class T, class U>
static inline T atomicOr(T* p, U v) {
    T old = *p;
    *p = old | (T) v;
    return old;
}
template <class T, class U, class V>
static inline T atomicCAS(T* p, U expected, V v) {
    T old = *p;
    if (old == (T) expected) {
        *p = (T) v;
    }
    return old;
}
static inline unsigned atomicInc(unsigned* p, unsigned limit) {
    unsigned old = *p;
    *p = old >= limit ? 0 : old + 1;
    return old;
}

// --- vectors ---
#define SIMULATE_VECTORS(T, name, size) \
    struct alignas(size * 2) name##2 { T x, y; }; \
    struct name##3 { T x, y, z; }; \
    struct alignas(size * 4 > 16 ? 16 : size * 4) name##4 { T x, y, z, w; }; \
    static inline name##2 make_##name##2(T x, T y) { return {x, y}; } \
    static inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; } \
    static inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
SIMULATE_VECTORS(signed char, char, 1)
SIMULATE_VECTORS(unsigned char, uchar, 1)
SIMULATE_VECTORS(short, short, 2)
SIMULATE_VECTORS(unsigned short, ushort, 2)
SIMULATE_VECTORS(int, int, 4)
SIMULATE_VECTORS(unsigned, uint, 4)
SIMULATE_VECTORS(long long, longlong, 8)
SIMULATE_VECTORS(unsigned long long, ulonglong, 8)
SIMULATE_VECTORS(float, float, 4)
SIMULATE_VECTORS(double, double, 8)

template <class T> static inline T __ldg(const T* p) { return *p; }
template <class T> static inline T __ldcs(const T* p) { return *p; }
template <class T> static inline T __ldcg(const T* p) { return *p; }
template <class T> static inline T __ldca(const T* p) { return *p; }
template <class T, class U> static inline void __stcs(T* p, U v) { *p = v; }
template <class T, class U> static inline void __stcg(T* p, U v) { *p = v; }

// --- arithmetic that C++ lacks ---
template <class T, class U>
static inline T simulateBits(U v) {
    static_assert(sizeof(T) == sizeof(U), "sizes differ");
    T r;
    memcpy(&r, &v, sizeof r);
    return r;
}
static inline int __float_as_int(float v) { return simulateBits<int>(v); }
static inline unsigned __float_as_uint(float v) { return simulateBits<unsigned>(v); }
static inline float __int_as_float(int v) { return simulateBits<float>(v); }
static inline float __uint_as_float(unsigned v) { return simulateBits<float>(v); }
static inline long long __double_as_longlong(double v) { return simulateBits<long long>(v); }
static inline double __longlong_as_double(long long v) { return simulateBits<double>(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned) ((uint64_t) a * b >> 32); }
static inline int __mulhi(int a, int b) { return (int) ((int64_t) a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long) ((unsigned __int128) a * b >> 64);
}
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
static inline int __clz(int v) { return v == 0 ? 32 : __builtin_clz((unsigned) v); }
static inline int __clzll(long long v) { return v == 0 ? 64 : __builtin_clzll((unsigned long long) v); }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline unsigned __brev(unsigned v) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++) {
        r = r << 1 | (v >> i & 1);
    }
    return r;
}
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }
static inline double rsqrt(double x) { return 1 / sqrt(x); }
static inline float rsqrt(float x) { return rsqrtf(x); }
#define __expf(x) expf(x) // glibc declares functions of these names
#define __logf(x) logf(x)
#define __sinf(x) sinf(x)
#define __cosf(x) cosf(x)
#define __powf(x, y) powf(x, y)
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __frcp_rn(float x) { return 1 / x; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double sinpi(double x) { return sin(3.14159265358979323846 * (x - 2 * rint(x / 2))); }
static inline double cospi(double x) { return cos(3.14159265358979323846 * (x - 2 * rint(x / 2))); }
static inline float sinpif(float x) { return (float) sinpi((double) x); }
static inline float cospif(float x) { return (float) cospi((double) x); }
template <class A, class B>
static inline auto min(A a, B b) -> typename std::common_type<A, B>::type { return b < a ? b : a; }
template <class A, class B>
static inline auto max(A a, B b) -> typename std::common_type<A, B>::type { return a < b ? b : a; }
