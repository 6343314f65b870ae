import { connectTransport } from 'anywise/connect';

// Receives as one instance of a service until it is stopped, and prints the id of each message.

const transport = await connectTransport(String(process.argv[2]));
await transport.subscribe({ consumer: 'orders', types: ['test.happened'], onError: () => undefined }, async (batch) => {
  for (const received of batch) if ('envelope' in received) console.log(`got ${received.envelope.id}`);
});
console.log('reads');
process.once('SIGTERM', () => void transport.close());
