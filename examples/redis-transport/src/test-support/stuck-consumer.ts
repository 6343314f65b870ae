import { redisTransport } from '../transport.js';

// Run as a process of its own: takes a batch in hand, says so, and never ends.
const [, , url = '', prefix = ''] = process.argv;
const options = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };
await redisTransport({ url, prefix }).subscribe(options, () => {
  process.stdout.write('in hand\n');
  return new Promise(() => undefined);
});
