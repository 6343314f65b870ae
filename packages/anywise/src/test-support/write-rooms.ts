import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { src } from './imports.js';
import { withRoomsTable } from './rooms-table.js';

const page = join(src, '../../../docs/architecture.md');
writeFileSync(page, withRoomsTable(readFileSync(page, 'utf8')));
