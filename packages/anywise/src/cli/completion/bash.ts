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

/** The completion for Bash, 3.2 included, which completes no files. */
export function bashCompletion(commands: Commands): string {
  const { subjects, shortcuts } = commands;
  const completed = completedCommands(commands);
  return `# Completion of anywise for Bash: source <(anywise completion bash)

_anywise() {
  local IFS=$' \\t\\n' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words= files=
  local typed="\${COMP_WORDS[*]:1:COMP_CWORD - 1}"
  # Bash makes three words of --option=value.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi

  case $before in
${valueBranches(completed).join('\n')}
    *)
      case $typed in
        '') ${offer(names([...subjects, ...shortcuts, help, version]))} ;;
${subjects.map(({ name, actions }) => `        ${name}) ${offer(names([...actions, help]))} ;;`).join('\n')}
${completed.map(optionBranch).join('\n')}
      esac
      ;;
  esac

  COMPREPLY=()
  if [[ $files ]]; then
    compopt -o default 2> /dev/null
  else
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}

complete -F _anywise anywise
`;
}

/** What follows an option is the same for every command. */
function valueBranches(completed: readonly Completed[]): readonly string[] {
  const options = new Map(completed.flatMap(({ options }) => options.map((option) => [option.flag, option])));
  const flags = (kind: ReturnType<typeof kindOf>): string =>
    flagsOf([...options.values()].filter((option) => kindOf(option) === kind)).join(' | ');
  const chosen = [...options.values()].filter(({ values }) => values !== undefined);
  return [
    ...chosen.map(({ flag, values = [] }) => `    ${flag}) ${offer(values)} ;;`),
    `    ${flags('file')}) files=yes ;;`,
    `    ${flags('unknown')}) ;;`,
  ];
}

function optionBranch({ words, options, takesPaths }: Completed): string {
  const files = takesPaths ? ` && [[ "$typed $word" != *' -'* ]] && files=yes` : '';
  return `        '${words}' | '${words} '*) ${offer(flagsOf(options))}${files} ;;`;
}

function offer(words: readonly string[]): string {
  return `words='${words.join(' ')}'`;
}

function flagsOf(options: readonly CompletedOption[]): readonly string[] {
  return options.map(({ flag }) => flag);
}

function names(all: readonly Described[]): readonly string[] {
  return all.map(({ name }) => name);
}
