import { describe, expect, it } from '@jest/globals';
import type { Claim } from '../ports/inbox.js';
import { handleBatch, type BatchOutcome, type BatchSteps } from './batch.js';

function claimOf(id: string, key?: string, attempt = 1): Claim {
  return { seq: Number(id.slice(1)), listener: 'l', source: 's', id, type: 't', key, json: '', lease: 'x', attempt };
}

/** Handles a batch in which some messages fail, and tells what was tried in which order, and what was given back. */
async function run(claims: readonly Claim[], poison: readonly string[], change: Partial<BatchSteps> = {}) {
  const tried: string[] = [];
  const handled: string[] = [];
  const back: string[] = [];
  await handleBatch(claims, {
    together: async (part): Promise<BatchOutcome> => {
      tried.push(part.map(({ id }) => id).join(' '));
      if (part.some(({ id }) => poison.includes(id))) return 'failed';
      handled.push(...part.map(({ id }) => id));
      return 'handled';
    },
    alone: async ({ id }) => {
      tried.push(id);
      if (poison.includes(id)) return false;
      handled.push(id);
      return true;
    },
    isLost: () => false,
    release: async (claims) => void back.push(...claims.map(({ id }) => id)),
    holdsAll: false,
    ...change,
  });
  return { tried, handled, back };
}

const hundred = Array.from({ length: 100 }, (_, index) => claimOf(`m${index}`));

describe('a batch', () => {
  it('is handled in one piece', async () => {
    expect((await run([claimOf('m1'), claimOf('m2')], [])).tried).toEqual(['m1 m2']);
  });

  it.each([0, 37, 99])('singles out message %i of a hundred in few steps, and handles the others', async (at) => {
    const { tried, handled, back } = await run(hundred, [`m${at}`]);
    expect(tried.length).toBeLessThanOrEqual(16);
    expect(tried).toContain(`m${at}`);
    expect(handled).toHaveLength(99);
    expect(back).toEqual([]);
  });

  it('handles the others if every second message fails', async () => {
    const poison = hundred.filter((_, index) => index % 2 === 0).map(({ id }) => id);
    const { handled } = await run(hundred, poison);
    expect(handled).toEqual(hundred.filter(({ id }) => !poison.includes(id)).map(({ id }) => id));
  });

  it('gives back what follows a failed message in its key, untried, and handles what came before in order', async () => {
    const claims = ['m1', 'm2', 'm3', 'm4', 'm5'].map((id) => claimOf(id, 'a'));
    const { tried, handled, back } = await run([...claims, claimOf('m6', 'b')], ['m3']);
    expect(handled).toEqual(['m1', 'm2', 'm6']);
    expect(back).toEqual(['m4', 'm5']);
    expect(tried).not.toContain('m4');
  });

  it('handles what was tried before alone, after the others', async () => {
    const claims = [claimOf('m1', 'a', 2), claimOf('m2', 'b'), claimOf('m3', 'c'), claimOf('m4', 'd', 3)];
    expect((await run(claims, [])).tried).toEqual(['m2 m3', 'm1', 'm4']);
  });

  it('is tried as a whole once more for a reason that may have passed, and then in parts', async () => {
    let calls = 0;
    const parts: string[] = [];
    const together = async (claims: readonly Claim[]): Promise<BatchOutcome> => {
      parts.push(claims.map(({ id }) => id).join(' '));
      return ++calls < 3 ? 'again' : 'handled';
    };
    await run(
      ['m1', 'm2', 'm3', 'm4'].map((id) => claimOf(id)),
      [],
      { together },
    );
    expect(parts).toEqual(['m1 m2 m3 m4', 'm1 m2 m3 m4', 'm1 m2', 'm3 m4']);
  });

  it('leaves out a message whose lease was lost, and gives back what follows it', async () => {
    const claims = [claimOf('m1', 'a'), claimOf('m2', 'a'), claimOf('m3', 'b'), claimOf('m4', 'c')];
    const { tried, back } = await run(claims, [], { isLost: ({ id }) => id === 'm1' });
    expect(tried).toEqual(['m3 m4']);
    expect(back).toEqual(['m2']);
  });

  it('gives everything back after a failure that may block all messages of the listener', async () => {
    const claims = ['m1', 'm2', 'm3', 'm4'].map((id) => claimOf(id));
    const { handled, back } = await run(claims, ['m2'], { holdsAll: true });
    expect(handled).toEqual(['m1']);
    expect(back).toEqual(['m3', 'm4']);
  });
});
