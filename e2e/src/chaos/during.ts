/** Does one thing until the other is done. */
export async function during<T>(meanwhile: (stop: AbortSignal) => Promise<void>, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const running = meanwhile(stop.signal);
  // What fails here is told once the work is done.
  running.catch(() => undefined);
  try {
    return await work();
  } finally {
    stop.abort();
    await running;
  }
}
