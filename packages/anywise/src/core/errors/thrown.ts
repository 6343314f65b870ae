/** An error that says of itself that trying again cannot help. */
export function isTerminal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false;
}

/** How long an error asks to be left alone, in milliseconds, if it does. */
export function retryAfterOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('retryAfterMs' in error)) return undefined;
  const { retryAfterMs } = error;
  const isDelay = typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs >= 0;
  return isDelay ? retryAfterMs : undefined;
}

/** A short text for any thrown value. */
export function errorText(error: unknown): string {
  // Not `instanceof`: an error may come from another realm, as in tests.
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return String(isError ? error.message : error);
}
