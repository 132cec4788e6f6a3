import process from 'node:process';
import v8 from 'node:v8';

/**
 * @typedef {{ count: number | null, bytes: number | null }} Allocations null is what is not told
 */

/**
 * How much V8 allocates on its heap between `start` and `stop`.
 *
 * V8 tells how much its heap holds, and a GCProfiler that before and after each
 * collection: what it has grown by from each to the next was allocated. Memory
 * outside of the heap, where the bytes of a Buffer are, is not in it, and how
 * many objects there were is not known. Bun has no V8.
 */
export class AllocationCounter {
  #profiler = process.versions.bun ? null : new v8.GCProfiler();
  #before = 0;

  start() {
    this.#profiler?.start();
    this.#before = heldBytes();
  }

  /** @returns {Allocations | null} null where nothing is told */
  stop() {
    if (!this.#profiler) return null;
    const after = heldBytes();
    let held = this.#before;
    let bytes = 0;
    for (const { beforeGC, afterGC } of this.#profiler.stop().statistics) {
      bytes += beforeGC.heapStatistics.usedHeapSize - held;
      held = afterGC.heapStatistics.usedHeapSize;
    }
    return { count: null, bytes: bytes + after - held };
  }
}

function heldBytes() {
  return v8.getHeapStatistics().used_heap_size;
}
