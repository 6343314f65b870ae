import { sampleHost, sampleUseCases, useCaseApp, useCaseContract, type UseCaseKind } from './template.js';
import { rename, spell } from './words.js';

/** What the table of contents lists of a use case. */
export interface Listing {
  readonly identifier: string;
  readonly from: string;
  readonly isRoute: boolean;
}

/** What a contract declares for a use case. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
  /** `undefined` for a schema. */
  readonly message: { readonly kind: 'command' | 'query' | 'event'; readonly type: string } | undefined;
}

/** The sample's names, with those that take their places. */
export function namesOf({
  slice,
  name,
  kind,
}: {
  readonly slice: string;
  readonly name: string;
  readonly kind: UseCaseKind;
}): ReadonlyMap<string, string> {
  return new Map([
    [sampleHost, slice],
    [sampleUseCases[kind], name],
  ]);
}

/** What the sample's table of contents lists of a kind of use case, with these names instead. */
export function listingsOf(kind: UseCaseKind, names: ReadonlyMap<string, string>): readonly Listing[] {
  const imports = useCaseApp().text.matchAll(/^import \{ (\w+) \} from '(\.\/[^']+)';$/gm);
  return [...imports]
    .filter(([, , from = '']) => from.includes(sampleUseCases[kind]))
    .map(([, identifier = '', from = '']) => ({
      identifier: rename(identifier, names),
      from: rename(from, names),
      isRoute: from.endsWith('/route.js'),
    }));
}

/** What the sample's contract declares for a kind of use case: its own texts, in their order. A listener declares nothing. */
export function declarationsOf(kind: UseCaseKind): readonly Declaration[] {
  const { pascal } = spell(sampleUseCases[kind]);
  if (kind === 'on') return [];
  return useCaseContract()
    .text.split(/\n\n/)
    .flatMap((text) => {
      const [, name = ''] = /^export (?:class|const) (\w+)/.exec(text) ?? [];
      if (!name.includes(pascal)) return [];
      const [, base, type = ''] = /^export class \w+ extends (command|query|event)\('([^']+)'/.exec(text) ?? [];
      const message = base === undefined ? undefined : { kind: base as 'command' | 'query' | 'event', type };
      return [{ name, text: `${text.trimEnd()}\n`, message }];
    });
}
