#compdef prog

_prog() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -s \
    '(-q --quiet)'{-q,--quiet}'[Say less]' \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
        'make:Make it'
        'show:Show one'
      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
        make)
          _arguments -s \
            '(-o --output)'{-o,--output=}'[The form\: it'\''s \[free\]]:value:(text json)' \
            '--out-dir=[Where to]:value:_files -/' \
            '--config=[A file]:value:_files' \
            '--name=[Any text]:value: ' \
            '*:FILE:_files'
          ;;
        show)
          _arguments -s \
            '(-q --quiet)'{-q,--quiet}'[Say less]' \
            ':WHAT:(spec rule)'
          ;;
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _prog ]]; then
  _prog "$@"
else
  compdef _prog prog
fi
