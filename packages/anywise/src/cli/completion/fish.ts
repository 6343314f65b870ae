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

/** The completion for fish. */
export function fishCompletion(commands: Commands): string {
  const { subjects, shortcuts } = commands;
  const completed = completedCommands(commands);
  const lines = [
    ...[...subjects, ...shortcuts, help, version].map((each) => word('', each)),
    ...subjects.flatMap(({ name, actions }) => [...actions, help].map((each) => word(name, each))),
    ...completed.flatMap(({ words, options }) => options.map((option) => optionLine(words, option))),
    ...completed.filter(({ takesPaths }) => takesPaths).map(pathLine),
  ];
  return `# Completion of anywise for fish: anywise completion fish | source

# Whether these are the words so far.
function __anywise_is
    set -l typed (commandline -opc)
    set -e typed[1]
    test "$typed" = "$argv"
end

# Whether the words so far begin with these.
function __anywise_in
    set -l typed (commandline -opc)
    set -e typed[1]
    string match -q -- "$argv *" "$typed "
end

# The same, and no option is among them.
function __anywise_in_paths_of
    __anywise_in $argv; and not string match -q -- '-*' (commandline -opc)
end

complete -c anywise -e
complete -c anywise -f
${lines.join('\n')}
`;
}

function word(before: string, { name, summary }: Described): string {
  const condition = quoted(['__anywise_is', before].join(' ').trim());
  return `complete -c anywise -n ${condition} -a ${name} -d ${quoted(summary)}`;
}

function optionLine(words: string, option: CompletedOption): string {
  const { flag, values = [], text } = option;
  const kinds = { nothing: '', word: ` -x -a ${quoted(values.join(' '))}`, file: ' -r -F', unknown: ' -x' };
  return `complete -c anywise -n '__anywise_in ${words}' -l ${flag.slice(2)}${kinds[kindOf(option)]} -d ${quoted(text)}`;
}

function pathLine({ words }: Completed): string {
  return `complete -c anywise -n '__anywise_in_paths_of ${words}' -F`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
