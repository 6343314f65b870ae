// Puts the template into the package, as one file: npm would leave out some files, such as .gitignore.
import { writeFileSync } from 'node:fs';
import { gather, ownWorkspace } from './gather.js';

writeFileSync(new URL('./template.json', import.meta.url), JSON.stringify(Object.fromEntries(gather(ownWorkspace))));
