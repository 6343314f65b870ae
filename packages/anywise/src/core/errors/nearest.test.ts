import { describe, expect, it } from '@jest/globals';
import { didYouMean } from './nearest.js';

const known = ['dead-letters', 'outbox', 'inbox'];

describe('the hint at a known word', () => {
  it.each([
    { word: 'outbx', hint: ' Did you mean `outbox`?' },
    { word: 'dead', hint: ' Did you mean `dead-letters`?' },
    { word: 'deadletters', hint: ' Did you mean `dead-letters`?' },
    { word: 'inboxes', hint: ' Did you mean `inbox`?' },
    { word: 'migrate', hint: '' },
    { word: '', hint: '' },
  ])('for `$word` is `$hint`', ({ word, hint }) => {
    expect(didYouMean(word, known)).toBe(hint);
  });
});
