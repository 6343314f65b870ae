// Replays dead letters one by one, in the name of `ada`, until it is killed: `operator.ts <url of the store>`.
import { connectStore } from 'anywise/connect';

const store = await connectStore(String(process.argv[2]), { name: 'orders' });
await store.check();
console.log('up');
for (;;) {
  const [letter] = await store.deadLetters.list({}, { limit: 1 });
  if (letter === undefined) break;
  const { listener, source, id } = letter;
  await store.deadLetters.replay({ listener, source, id }, 'ada');
}
await store.close();
