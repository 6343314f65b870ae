import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Transport } from 'anywise';
import { eventually, inTempFolder, testEnvelope } from 'anywise/testing';
import { startProcess } from '../harness/process.js';
import { importPage } from './import-page.js';

// The page runs the contract suite, so its cases are tests of this file.
const { fileTransport } = (await importPage('docs/how-to/write-a-transport.md')) as {
  readonly fileTransport: (folder: string) => Transport;
};

/** Subscribes as a service, and notes the ids of what it gets. */
async function subscribe(transport: Transport): Promise<readonly string[]> {
  const ids: string[] = [];
  const options = { consumer: 'service', types: ['test.happened'], onError: () => undefined };
  await transport.subscribe(options, async (batch) => {
    ids.push(...batch.map((one) => ('envelope' in one ? one.envelope.id : 'unreadable')));
  });
  return ids;
}

/** The name under which a process holds leases that has ended since. */
async function nameOfDeadProcess(): Promise<string> {
  const args = ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source', '--input-type=module'];
  const script = `import { holderName } from 'anywise/kit'; console.log(holderName('it'));`;
  const { ended, ...running } = startProcess({
    command: process.execPath,
    args: [...args, '--eval', script],
    cwd: import.meta.dirname,
    env: process.env,
  });
  const name = await running.find((line) => (line === '' ? undefined : line));
  await ended;
  return name;
}

it('takes a batch from an instance that was killed', () =>
  inTempFolder(async (folder) => {
    const before = fileTransport(folder);
    await subscribe(before);
    await before.close();
    const [consumer = ''] = readdirSync(join(folder, 'consumers'));
    const bookmark = join(folder, 'consumers', consumer);
    renameSync(join(bookmark, '0'), join(bookmark, `0@${encodeURIComponent(await nameOfDeadProcess())}`));

    const after = fileTransport(folder);
    await after.publish([testEnvelope({ id: 'm-1' })]);
    const ids = await subscribe(after);
    await eventually(() => expect(ids).toEqual(['m-1']));
    await after.close();
  }));
