// What is reduced to what. A reducer has a state that starts empty, takes in elements with their positions, and merges with the state of others, in
// the order of positions; finish gives what is stored. Sums of floating point are carried in double: memory is slower than that, and the result
// does not depend on how elements were shared out.
#include "types.cuh"

/** The value of another lane, for states of any size. */
template <class S>
__device__ __forceinline__ S shuffledDown(S s, int delta, int width) {
    union {
        S state;
        unsigned words[sizeof(S) / 4];
    } u;
    u.state = s;
#pragma unroll
    for (int i = 0; i < (int) (sizeof(S) / 4); i++) {
        u.words[i] = __shfl_down_sync(0xFFFFFFFFu, u.words[i], delta, width);
    }
    return u.state;
}

template <class C> struct Wide { typedef double type; };
template <> struct Wide<int64> { typedef unsigned long long type; }; // wraps

template <class C>
struct sum {
    typedef typename Wide<C>::type State;
    static __device__ __forceinline__ State empty() { return 0; }
    static __device__ __forceinline__ void add(State& s, C v, unsigned) { s += (State) v; }
    static __device__ __forceinline__ State merge(State a, State b) { return a + b; }
    static __device__ __forceinline__ double finish(double s, unsigned) { return s; }
    static __device__ __forceinline__ int64 finish(unsigned long long s, unsigned) { return (int64) s; }
};

template <class C>
struct mean : sum<C> {
    static __device__ __forceinline__ double finish(double s, unsigned count) { return s / count; }
};

template <class C>
struct prod {
    typedef typename Wide<C>::type State;
    static __device__ __forceinline__ State empty() { return 1; }
    static __device__ __forceinline__ void add(State& s, C v, unsigned) { s *= (State) v; }
    static __device__ __forceinline__ State merge(State a, State b) { return a * b; }
    static __device__ __forceinline__ double finish(double s, unsigned) { return s; }
    static __device__ __forceinline__ int64 finish(unsigned long long s, unsigned) { return (int64) s; }
};

__device__ __forceinline__ float lowest(float) { return __uint_as_float(0xFF800000u); }
__device__ __forceinline__ double lowest(double) { return __longlong_as_double((int64) 0xFFF0000000000000ull); }
__device__ __forceinline__ int64 lowest(int64) { return (int64) 0x8000000000000000ull; }
__device__ __forceinline__ float highest(float) { return __uint_as_float(0x7F800000u); }
__device__ __forceinline__ double highest(double) { return __longlong_as_double(0x7FF0000000000000ll); }
__device__ __forceinline__ int64 highest(int64) { return 0x7FFFFFFFFFFFFFFFll; }

/** NaN wins. */
template <class C>
struct max_ {
    typedef C State;
    static __device__ __forceinline__ C empty() { return lowest((C) 0); }
    static __device__ __forceinline__ void add(C& s, C v, unsigned) { s = merge(s, v); }
    static __device__ __forceinline__ C merge(C a, C b) { return a != a || a > b ? a : b; }
    static __device__ __forceinline__ C finish(C s, unsigned) { return s; }
};

template <class C>
struct min_ {
    typedef C State;
    static __device__ __forceinline__ C empty() { return highest((C) 0); }
    static __device__ __forceinline__ void add(C& s, C v, unsigned) { s = merge(s, v); }
    static __device__ __forceinline__ C merge(C a, C b) { return a != a || a < b ? a : b; }
    static __device__ __forceinline__ C finish(C s, unsigned) { return s; }
};

template <class C>
struct any_ {
    typedef int State;
    static __device__ __forceinline__ int empty() { return 0; }
    static __device__ __forceinline__ void add(int& s, C v, unsigned) { s |= v != 0; }
    static __device__ __forceinline__ int merge(int a, int b) { return a | b; }
    static __device__ __forceinline__ int64 finish(int s, unsigned) { return s; }
};

template <class C>
struct all_ {
    typedef int State;
    static __device__ __forceinline__ int empty() { return 1; }
    static __device__ __forceinline__ void add(int& s, C v, unsigned) { s &= v != 0; }
    static __device__ __forceinline__ int merge(int a, int b) { return a & b; }
    static __device__ __forceinline__ int64 finish(int s, unsigned) { return s; }
};

/**
 * Sum of squared differences from the mean, in one pass: a thread sums differences from the first element that it sees, and two states merge by
 * Chan's formula. So a mean that is large beside the differences costs no digits, and equal elements give 0.
 */
template <class C>
struct squaredDeviation {
    struct State {
        double count;
        double shift; // of a thread the first element; in a merged state the mean, where sum is 0
        double sum; // of the differences from shift
        double squares;
    };
    static __device__ __forceinline__ State empty() { return State{0, 0, 0, 0}; }
    static __device__ __forceinline__ void add(State& s, C v, unsigned) {
        s.shift = s.count == 0 ? (double) v : s.shift;
        double d = (double) v - s.shift;
        s.count += 1;
        s.sum += d;
        s.squares += d * d;
    }
    static __device__ __forceinline__ State centered(State s) {
        return s.count == 0 ? s : State{s.count, s.shift + s.sum / s.count, 0, s.squares - s.sum * (s.sum / s.count)};
    }
    static __device__ __forceinline__ State merge(State a, State b) {
        if (b.count == 0) {
            return a;
        }
        if (a.count == 0) {
            return b;
        }
        a = centered(a);
        b = centered(b);
        double count = a.count + b.count;
        double d = b.shift - a.shift;
        return State{count, a.shift + d * (b.count / count), 0, a.squares + b.squares + d * d * (a.count * b.count / count)};
    }
    static __device__ __forceinline__ double finish(State s, unsigned) {
        double squares = centered(s).squares;
        return squares < 0 ? 0 : squares;
    }
};

/** Where the largest or smallest element is: the first of equal ones, the first NaN. Nothing is at position 0xFFFFFFFF. */
template <class C, bool LARGEST>
struct Extreme {
    struct State {
        C value;
        unsigned at;
    };
    static __device__ __forceinline__ State empty() { return State{0, 0xFFFFFFFFu}; }
    static __device__ __forceinline__ bool wins(State a, State b) {
        if (a.at == 0xFFFFFFFFu || b.at == 0xFFFFFFFFu) {
            return b.at == 0xFFFFFFFFu;
        }
        bool nan = a.value != a.value;
        if (nan || b.value != b.value) {
            return nan && (b.value == b.value || a.at < b.at);
        }
        return a.value == b.value ? a.at < b.at : (a.value > b.value) == LARGEST;
    }
    static __device__ __forceinline__ void add(State& s, C v, unsigned at) { s = merge(s, State{v, at}); }
    static __device__ __forceinline__ State merge(State a, State b) { return wins(a, b) ? a : b; }
    static __device__ __forceinline__ int64 finish(State s, unsigned) { return s.at; }
};

template <class C> struct argmax : Extreme<C, true> {};
template <class C> struct argmin : Extreme<C, false> {};
