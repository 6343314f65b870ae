import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { workspace } from '../harness/bundle.js';
import { busMutants } from './bus.js';
import { source } from './mutant.js';
import { natsMutants } from './nats.js';
import { postgresMutants } from './postgres.js';
import { rabbitmqMutants } from './rabbitmq.js';
import { sqliteMutants } from './sqlite.js';

const changes = [...busMutants, ...sqliteMutants, ...postgresMutants, ...natsMutants, ...rabbitmqMutants].flatMap(
  (mutant) => mutant.changes,
);

it.each(changes)('a mutant finds the text `$from` once in $file; if not, adapt it to the code', ({ file, from }) => {
  expect(readFileSync(join(workspace, source, file), 'utf8').split(from)).toHaveLength(2);
});
