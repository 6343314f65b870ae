import type { DeadLetter, DeadLetters } from '../../core/ports/dead-letters.js';
import type { Action } from '../action.js';
import { editText, findEditor } from '../editor.js';
import { givenText } from '../read-data.js';
import type { Options } from '../options.js';
import { readPages } from '../pages.js';
import { Refusal } from '../refusal.js';
import { rewrite, textOf } from './rewrite.js';

export const edit: Action = {
  name: 'edit',
  summary: 'changes the data of a dead letter, and keeps the original',
  options: ['id', 'listener', 'source', 'data', 'data-file', 'envelope', 'replay'],
  notes: 'Without `--data` and `--data-file` it opens your editor, $VISUAL or $EDITOR.',
  example: `dead-letters edit --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11 --data '{"amount":1250}' --replay`,
  async run({ options, terminal, who, open }) {
    const { id } = options;
    if (id === undefined) throw new Refusal(2, 'Name the message with `--id`.');
    const given = await givenText(options, terminal);
    const editor = findEditor(terminal);
    if (given === undefined && editor === undefined) {
      throw new Refusal(
        2,
        'Pass the new data with `--data` or `--data-file`, or set $EDITOR and run this on a terminal.',
      );
    }

    const { deadLetters } = await open();
    const letter = await findOne(deadLetters, id, options);
    const part = options.envelope ? 'envelope' : 'data';
    const apply = async (text: string): Promise<void> => {
      if (await deadLetters.edit(letter, rewrite(letter, part, text), who, letter.json)) return;
      throw new Refusal(1, 'It has been replayed, discarded or edited in the meantime. Look at it again.');
    };
    if (given !== undefined) await apply(given);
    else if (editor !== undefined) await editText(editor, textOf(letter, part), terminal, apply);

    const { listener, source } = letter;
    const replayed = options.replay ? await deadLetters.replay({ id, listener, source }, who) : 0;
    const text = `Edited \`${id}\` of \`${listener}\`${replayed > 0 ? ', and replayed it' : ''}.`;
    return { exitCode: 0, json: { listener, source, id, edited: 1, replayed }, text };
  },
};

async function findOne(deadLetters: DeadLetters, id: string, { listener, source }: Options): Promise<DeadLetter> {
  const filter = { id, listener, source };
  const [letter, ...others] = await readPages((limit, after) => deadLetters.list(filter, { limit, after }), {
    limit: 100,
  });
  if (letter === undefined) {
    const of = listener === undefined ? '' : ` of \`${listener}\``;
    throw new Refusal(1, `There is no dead letter \`${id}\`${of}. \`anywise dead-letters list\` lists them all.`);
  }
  if (others.length === 0) return letter;
  const letters = [letter, ...others];
  const isOfOne = letters.every((each) => each.listener === letter.listener);
  const what = isOfOne ? 'source' : 'listener';
  const names = [...new Set(letters.map((each) => `\`${each[what]}\``))].join(', ');
  throw new Refusal(2, `It is a dead letter of several ${what}s: ${names}. Choose one with \`--${what}\`.`);
}
