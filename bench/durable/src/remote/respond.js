// The answering process of a subject: `node respond.js <subject> <url>`, with an IPC channel to the asking process.
import process from 'node:process';
import { subjectOf } from './subjects.js';

const [name = '', url = ''] = process.argv.slice(2);
const subject = await subjectOf(name).load();
const responder = await subject.responder(url);
process.send?.('ready');
process.on('message', () => void responder.close().then(() => process.exit()));
// Without the asking process there is nothing left to do.
process.on('disconnect', () => process.exit(1));
