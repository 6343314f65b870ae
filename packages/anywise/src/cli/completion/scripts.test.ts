import { expect, it } from '@jest/globals';
import type { Action } from '../action.js';
import { topology } from '../bus/topology.js';
import { list } from '../sagas/list.js';
import type { Commands } from './commands.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

const quoting: Action = { ...list, name: 'show', summary: "shows what isn't [quoted]", options: ['id'] };

/** What has every kind of option, and what a shell would take for its own. */
const commands: Commands = {
  subjects: [{ name: 'sagas', summary: "a saga's life", actions: [list, quoting] }],
  shortcuts: [topology],
};

it('for Zsh describes subjects, actions and options', () => {
  expect(zshCompletion(commands)).toMatchInlineSnapshot(`
    "#compdef anywise
    # Completion of anywise for Zsh: source <(anywise completion zsh)

    _anywise() {
      local -a choices
      if (( CURRENT == 2 )); then
        choices=(
          'sagas:a saga'\\''s life'
          'topology:compares what services need of a broker with what is there, and makes what is missing'
          '--help:print this help'
          '--version:print the version'
        )
        _describe command choices
        return
      fi

      case "$words[2] $words[3]" in
        'sagas list')
          shift 2 words
          (( CURRENT -= 2 ))
          _arguments \\
            '--name=[the projection, or sagas, with this name]:name: ' \\
            '--status=[sagas that are \`early\`, \`running\` or \`ended\`]:status:(early running ended)' \\
            '--limit=[the most to show; default: 50]:number: ' \\
            '--store=[where the stores are; default: $ANYWISE_STORE, else \`sqlite:<workspace>/.anywise\`]:url: ' \\
            '--service=[whose store; needed if there are several]:name: ' \\
            '--json[print one JSON document]' \\
            '--help[print this help; also \`-h\`]' \\
            '*: : '
          return
          ;;
        'sagas show')
          shift 2 words
          (( CURRENT -= 2 ))
          _arguments \\
            '--id=[the message with this id]:id: ' \\
            '--store=[where the stores are; default: $ANYWISE_STORE, else \`sqlite:<workspace>/.anywise\`]:url: ' \\
            '--service=[whose store; needed if there are several]:name: ' \\
            '--json[print one JSON document]' \\
            '--help[print this help; also \`-h\`]' \\
            '*: : '
          return
          ;;
        'topology '*)
          shift 1 words
          (( CURRENT -= 1 ))
          _arguments \\
            '*--module=[the file that exports the bus, or what a service is made of; may be repeated]:path:_files' \\
            '--transport=[the transport; default: $ANYWISE_TRANSPORT, else \`sqlite:.anywise/bus.db\`]:url: ' \\
            '--apply[make what is missing]' \\
            '--unused[list what is kept for services of which no instance reads]' \\
            '*--other=[a service without a module, whose queue is looked at as well; may be repeated]:name: ' \\
            '--json[print one JSON document]' \\
            '--help[print this help; also \`-h\`]' \\
            '*:path:_files'
          return
          ;;
      esac

      (( CURRENT == 3 )) || return
      case $words[2] in
        sagas)
          choices=(
            'list:lists sagas, those that changed last first'
            'show:shows what isn'\\''t [quoted]'
            '--help:print this help'
          )
          ;;
      esac
      _describe action choices
    }

    # Kept in $fpath, this file is the function itself.
    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
      _anywise "$@"
    else
      compdef _anywise anywise
    fi
    "
  `);
});

it('for fish describes subjects, actions and options', () => {
  expect(fishCompletion(commands)).toMatchInlineSnapshot(`
    "# Completion of anywise for fish: anywise completion fish | source

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
    complete -c anywise -n '__anywise_is' -a sagas -d 'a saga\\'s life'
    complete -c anywise -n '__anywise_is' -a topology -d 'compares what services need of a broker with what is there, and makes what is missing'
    complete -c anywise -n '__anywise_is' -a --help -d 'print this help'
    complete -c anywise -n '__anywise_is' -a --version -d 'print the version'
    complete -c anywise -n '__anywise_is sagas' -a list -d 'lists sagas, those that changed last first'
    complete -c anywise -n '__anywise_is sagas' -a show -d 'shows what isn\\'t [quoted]'
    complete -c anywise -n '__anywise_is sagas' -a --help -d 'print this help'
    complete -c anywise -n '__anywise_in sagas list' -l name -x -d 'the projection, or sagas, with this name'
    complete -c anywise -n '__anywise_in sagas list' -l status -x -a 'early running ended' -d 'sagas that are \`early\`, \`running\` or \`ended\`'
    complete -c anywise -n '__anywise_in sagas list' -l limit -x -d 'the most to show; default: 50'
    complete -c anywise -n '__anywise_in sagas list' -l store -x -d 'where the stores are; default: $ANYWISE_STORE, else \`sqlite:<workspace>/.anywise\`'
    complete -c anywise -n '__anywise_in sagas list' -l service -x -d 'whose store; needed if there are several'
    complete -c anywise -n '__anywise_in sagas list' -l json -d 'print one JSON document'
    complete -c anywise -n '__anywise_in sagas list' -l help -d 'print this help; also \`-h\`'
    complete -c anywise -n '__anywise_in sagas show' -l id -x -d 'the message with this id'
    complete -c anywise -n '__anywise_in sagas show' -l store -x -d 'where the stores are; default: $ANYWISE_STORE, else \`sqlite:<workspace>/.anywise\`'
    complete -c anywise -n '__anywise_in sagas show' -l service -x -d 'whose store; needed if there are several'
    complete -c anywise -n '__anywise_in sagas show' -l json -d 'print one JSON document'
    complete -c anywise -n '__anywise_in sagas show' -l help -d 'print this help; also \`-h\`'
    complete -c anywise -n '__anywise_in topology' -l module -r -F -d 'the file that exports the bus, or what a service is made of; may be repeated'
    complete -c anywise -n '__anywise_in topology' -l transport -x -d 'the transport; default: $ANYWISE_TRANSPORT, else \`sqlite:.anywise/bus.db\`'
    complete -c anywise -n '__anywise_in topology' -l apply -d 'make what is missing'
    complete -c anywise -n '__anywise_in topology' -l unused -d 'list what is kept for services of which no instance reads'
    complete -c anywise -n '__anywise_in topology' -l other -x -d 'a service without a module, whose queue is looked at as well; may be repeated'
    complete -c anywise -n '__anywise_in topology' -l json -d 'print one JSON document'
    complete -c anywise -n '__anywise_in topology' -l help -d 'print this help; also \`-h\`'
    complete -c anywise -n '__anywise_in_paths_of topology' -F
    "
  `);
});
