// swc 1.16.22 declares `_SuppressedError1` and throws a `_SuppressedError` where a test fails and ends what it uses with an error, too:
// why the test failed would be lost.
globalThis._SuppressedError ??= class SuppressedError extends Error {
  constructor(error, suppressed, message) {
    super(`${message} First: ${String(suppressed)} Then: ${String(error)}`);
    Object.assign(this, { error, suppressed });
  }
};
