import { run } from '@anywise/service';
import { app } from './app.js';

await run(app);
