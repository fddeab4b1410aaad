// What a graph's replay is told by the host.

#define MOST_WORDS 12

struct Words {
    unsigned long long of[MOST_WORDS];
};

/** Arguments, unlike memory of the host, are read when a launch is queued: the host may go on to the next replay at once. */
extern "C" __global__ void store_words(unsigned long long* to, Words words, int n) {
#pragma unroll
    for (int i = 0; i < MOST_WORDS; i++) {
        if (i < n) {
            to[i] = words.of[i];
        }
    }
}
