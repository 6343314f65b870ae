import {
  completedCommands,
  help,
  kindOf,
  version,
  type Commands,
  type Completed,
  type CompletedOption,
  type Described,
} from './commands.js';

/** The completion for Zsh, to be read after `compinit`, or kept as `_anywise` in a folder of `$fpath`. */
export function zshCompletion(commands: Commands): string {
  const { subjects, shortcuts } = commands;
  return `#compdef anywise
# Completion of anywise for Zsh: source <(anywise completion zsh)

_anywise() {
  local -a choices
  if (( CURRENT == 2 )); then
${choices([...subjects, ...shortcuts, help, version], '    ')}
    _describe command choices
    return
  fi

  case "$words[2] $words[3]" in
${completedCommands(commands).map(optionBranch).join('\n')}
  esac

  (( CURRENT == 3 )) || return
  case $words[2] in
${subjects.map(({ name, actions }) => `    ${name})\n${choices([...actions, help], '      ')}\n      ;;`).join('\n')}
  esac
  _describe action choices
}

# Kept in $fpath, this file is the function itself.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _anywise "$@"
else
  compdef _anywise anywise
fi
`;
}

function choices(all: readonly Described[], indent: string): string {
  const lines = all.map(({ name, summary }) => `${indent}  ${quoted(`${name}:${summary}`)}`);
  return [`${indent}choices=(`, ...lines, `${indent})`].join('\n');
}

function optionBranch({ words, options, takesPaths }: Completed): string {
  const [pattern, count] = words.includes(' ') ? [`'${words}'`, 2] : [`'${words} '*`, 1];
  // Without a word on other words, nothing is offered behind the name of a projection.
  const specs = [...options.map(optionSpec), takesPaths ? `'*:path:_files'` : `'*: : '`];
  return `    ${pattern})
      shift ${count} words
      (( CURRENT -= ${count} ))
      _arguments \\
${specs.map((spec) => `        ${spec}`).join(' \\\n')}
      return
      ;;`;
}

function optionSpec(option: CompletedOption): string {
  const { flag, value = '', values = [], text, mayRepeat } = option;
  const named = `${mayRepeat ? '*' : ''}${flag}`;
  const explained = `[${text.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  const actions = { nothing: undefined, word: `(${values.join(' ')})`, file: '_files', unknown: ' ' };
  const action = actions[kindOf(option)];
  return quoted(action === undefined ? `${named}${explained}` : `${named}=${explained}:${value}:${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
