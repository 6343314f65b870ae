import { describe, expect, it } from '@jest/globals';
import { Together } from './together.js';

describe('what is published together', () => {
  it('waits until all that is going on has had its say, and keeps its order', async () => {
    const together = new Together();
    const log: string[] = [];
    const add = async (name: string, hops: number): Promise<void> => {
      for (let n = 0; n < hops; n++) await Promise.resolve();
      log.push(`add ${name}`);
      together.add(() => log.push(name));
    };
    await Promise.all([add('slow', 20), add('fast', 0), add('middle', 5)]);
    expect(log).toEqual(['add fast', 'add middle', 'add slow']);
    await new Promise(setImmediate);
    expect(log.slice(3)).toEqual(['fast', 'middle', 'slow']);
  });

  it('goes out once, also what is added while the rest goes out', async () => {
    const together = new Together();
    const log: number[] = [];
    together.add(() => {
      log.push(1);
      together.add(() => log.push(2));
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(log).toEqual([1, 2]);
  });
});
