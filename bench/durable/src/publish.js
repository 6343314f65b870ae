// Measures one subject at one place: `node publish.js <subject> <url>`. This process publishes, a child of it consumes. Prints
// what it found as JSON.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ConsumerProcess } from './consumer-process.js';
import { Measurement } from './measure.js';
import { subjectOf } from './subjects.js';

/**
 * Messages a second by how many were in flight, and the latency when idle.
 *
 * @typedef {{ readonly rates: Readonly<Record<string, number>>, readonly latency: import('./measure.js').Latency }} Found
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'in-flight': { type: 'string', default: '1,64,512' },
    ms: { type: 'string', default: '700' },
    paced: { type: 'string', default: '100' },
  },
});
const [name = '', url = ''] = positionals;
const pacedEveryMs = 20;

const subject = await subjectOf(name).load();
await subject.prepare?.(url);
const publisher = await subject.publisher(url);
const consumer = new ConsumerProcess(name, url);
await consumer.ready();
const measurement = new Measurement(publisher, consumer);
/** @type {Record<string, number>} */
const rates = {};
for (const inFlight of options['in-flight'].split(',').map(Number)) {
  rates[inFlight] = await measurement.rate(inFlight, Number(options.ms));
}
const latency = await measurement.latency(Number(options.paced), pacedEveryMs);
await publisher.close();
await consumer.close();
/** @type {Found} */
const found = { rates, latency };
process.stdout.write(JSON.stringify(found), () => process.exit());
