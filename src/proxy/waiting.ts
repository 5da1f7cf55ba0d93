/** What may wait for the slower of two sides, in bytes. To stop the faster at each chunk would cost as much as the chunk. */
export const mostWaitingBytes = 256 * 1024;
