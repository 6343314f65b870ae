import type { Action, Subject } from '../action.js';
import { bashCompletion } from './bash.js';
import type { Commands } from './commands.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

/** @param commands is called late, as this subject is one of them. */
export function completionOf(commands: () => Commands): Subject {
  const printing = (name: string, shell: string, load: string, script: (commands: Commands) => string): Action => ({
    name,
    summary: `prints the completion for ${shell}`,
    options: [],
    storeless: true,
    notes: `It completes subjects, actions, options and files. Load it with ${load}.`,
    example: `completion ${name}`,
    async run() {
      const text = script(commands());
      return { exitCode: 0, json: { shell: name, script: text }, text: text.trimEnd() };
    },
  });
  return {
    name: 'completion',
    summary: 'what a shell completes after `anywise`',
    actions: [
      printing('bash', 'Bash', '`source <(anywise completion bash)` in `~/.bashrc`', bashCompletion),
      printing('zsh', 'Zsh', '`source <(anywise completion zsh)` behind `compinit` in `~/.zshrc`', zshCompletion),
      printing('fish', 'fish', '`anywise completion fish | source` in `~/.config/fish/config.fish`', fishCompletion),
    ],
  };
}
