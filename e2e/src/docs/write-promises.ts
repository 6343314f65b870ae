import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withGenerated } from './generated.js';
import { readPage, workspace } from './pages.js';
import { promises } from './promises.js';

const { path, text } = await withGenerated(readPage('docs/promises.md'), promises());
writeFileSync(join(workspace, path), text);
