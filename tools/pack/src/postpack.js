// Puts back what `prepack.js` changed.
import process from 'node:process';
import { restore } from './originals.js';

restore(process.cwd());
