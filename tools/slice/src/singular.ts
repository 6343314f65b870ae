import pluralize from 'pluralize';

/** The singular of an English word in small letters; the word itself where it has none. */
export function singularOfWord(word: string): string {
  if (word.length < 3 || /\d$/.test(word) || unchanged.test(word)) return word;
  const [plural, singular] = missing.find(([ending]) => ending.test(word)) ?? [];
  const one = plural === undefined ? pluralize.singular(word) : word.replace(plural, singular ?? '');
  return one.length < 2 ? word : one;
}

/** What pluralize takes for a plural, or for the plural of something else. */
const unchanged = new RegExp(
  `^(${[
    'aws axis basis bias canvas chaos chassis clothes cosmos css customs data debris dns goods gps gas https ios lens',
    'means media oasis pancreas pos sms sos tls trellis',
    '\\w*(analyt|econom|electron|eth|genet|logist|mathemat|mechan|phys|polit|robot|statist)ics',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
);

/** What pluralize gets wrong, by how the plural ends. */
const missing: readonly (readonly [plural: RegExp, singular: string])[] = [
  [/^axes$/, 'axis'],
  [/^oases$/, 'oasis'],
  [/^corpora$/, 'corpus'],
  [/(?<=^|[cdht]|stom|back|belly)aches$/, 'ache'],
  [/(?<=avalan|brio|cli|cre|fi|mousta|ni|pasti|psy|qui)ches$/, 'che'],
  [
    /(?<=^(?:budg|brown|calor|cook|cut|d|food|freeb|gen|goal|group|hipp|hood|ind|junk|l|magp|menager|mov|neckt))ies$/,
    'ie',
  ],
  [/(?<=^(?:newb|p|patisser|pix|prair|rook|self|smooth|sort|t|vegg|zomb))ies$/, 'ie'],
  [/(?<=bias|canvas|chassis|lens|pancreas|trellis)es$/, ''],
  [/(?<=excus|premis)es$/, 'e'],
  [/(?<=veto|tz)es$/, ''],
];
