// Preloaded into every service. The supervisor holds the other end of the IPC channel: if it closes, the supervisor is gone,
// and nothing else would stop this process.
process.once('disconnect', end);
if (!process.connected) end();

// The listener must not keep a service alive that has nothing left to do.
process.channel?.unref();

function end(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 4500).unref();
  process.kill(process.pid, 'SIGTERM');
}
