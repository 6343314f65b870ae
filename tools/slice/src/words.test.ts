import { expect, it } from '@jest/globals';
import { rename, singularOf, spell } from './words.js';

it('spells a name in every way', () => {
  expect(spell('gift-cards')).toEqual({
    kebab: 'gift-cards',
    camel: 'giftCards',
    pascal: 'GiftCards',
    snake: 'gift_cards',
    constant: 'GIFT_CARDS',
    words: 'gift cards',
    sentence: 'Gift cards',
  });
});

it.each([
  ['invoices', 'invoice'],
  ['gift-cards', 'gift-card'],
  ['categories', 'category'],
  ['addresses', 'address'],
  ['boxes', 'box'],
  ['branches', 'branch'],
  ['purchases', 'purchase'],
  ['shipping', 'shipping'],
  ['access', 'access'],
  ['status', 'status'],
  ['analysis', 'analysis'],
  ['s', 's'],
])('calls one of %s %s', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});

it('puts one name in the place of another in every spelling', () => {
  const text = `SampleThings, sampleThings['sample-things'].sample_things; SAMPLE_THINGS // Sample things, sample things
new SampleThing(sampleThing, 'sample-thing', sample_thing_id)`;
  const names = new Map([
    ['sample-thing', 'gift-card'],
    ['sample-things', 'gift-cards'],
  ]);
  expect(rename(text, names)).toBe(`GiftCards, giftCards['gift-cards'].gift_cards; GIFT_CARDS // Gift cards, gift cards
new GiftCard(giftCard, 'gift-card', gift_card_id)`);
});
