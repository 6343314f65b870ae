// A process of its own, because code that was loaded stays as it was: it loads the services of a workspace as they are now,
// starts nothing of them, and sends the catalog of their messages to the process that started it.
import { catalog } from 'anywise/docs';
import { factsOf, readWorkspace } from './code/index.js';

const [workspace = process.cwd()] = process.argv.slice(2);
// The files of handlers and listeners are told as seen from here.
process.chdir(workspace);
// A service that cannot be loaded says why in its own log.
const { services } = await readWorkspace(workspace, { skipsBroken: true });
process.send?.(catalog(services.map(factsOf)), () => process.disconnect());
