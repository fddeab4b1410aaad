package io.candela.backend.cuda;

/**
 * The memory of one device, as this process uses it. Sizes are in bytes.
 *
 * @param allocated     what tensors use, rounded up to blocks; includes those that nobody reaches any more and the garbage collector has not found
 * @param peakAllocated the most that tensors used
 * @param reserved      what is taken from the device: {@code allocated}, and what is kept for reuse
 * @param peakReserved  the most that was taken from the device
 * @param allocations   how often a tensor got memory
 * @param segments      how often the device was asked for memory
 * @param retries       how often it had none, so that what was kept for reuse was given back first
 */
public record MemoryStatistics(long allocated, long peakAllocated, long reserved, long peakReserved, long allocations, long segments, long retries) {
}
