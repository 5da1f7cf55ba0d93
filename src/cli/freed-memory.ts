/** How the system's allocator treats the memory of bodies that have passed. */

/**
 * glibc gives what is freed at the top of its heap back to the system at once, and takes it again, page by page, for
 * the next piece of a large upload: a third of its processor time. Its bound follows the largest block that was ever
 * freed (mallopt(3), M_MMAP_THRESHOLD: the trim threshold is set to twice that), so one that nobody touches, and that
 * takes no memory for that reason, raises it. Other allocators take no notice.
 */
const untouchedBytes = 24 * 1024 * 1024;

/** To be called once, early: the block is freed with the next collection. */
export function keepFreedMemory(): void {
  Buffer.allocUnsafeSlow(untouchedBytes);
}
