const PRINT_INTERVAL_MS = 10_000;

/** Prints a line at intervals: elapsed time, number of finished files, running files. */
export class Progress {
  #total;
  #done = 0;
  #running = new Set();
  #startedMs = Date.now();
  #timer;

  constructor(total) {
    this.#total = total;
    this.#timer = setInterval(() => this.#print(), PRINT_INTERVAL_MS);
  }

  start(name) {
    this.#running.add(name);
  }

  end(name) {
    this.#running.delete(name);
    this.#done += 1;
  }

  stop() {
    clearInterval(this.#timer);
  }

  elapsed() {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  #print() {
    const now = [...this.#running].join(', ');
    const line = `[${this.elapsed()}] ${this.#done} of ${this.#total} files done, running: ${now}`;
    // The browser tests' runner buffers console output.
    process.stdout.write(`${line}\n`);
  }
}
