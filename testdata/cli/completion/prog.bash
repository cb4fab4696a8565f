_prog() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      make|show) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command/$before in
    make/-o|make/--output) mapfile -t COMPREPLY < <(compgen -W "text json" -- "$word"); return ;;
    make/--out-dir) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    make/--config) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    make/--name) :; return ;;
  esac
  case $command/$word in
    /-*) mapfile -t COMPREPLY < <(compgen -W "-q --quiet" -- "$word") ;;
    /*) mapfile -t COMPREPLY < <(compgen -W "make show" -- "$word") ;;
    make/-*) mapfile -t COMPREPLY < <(compgen -W "-o --output --out-dir --config --name" -- "$word") ;;
    make/*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    show/-*) mapfile -t COMPREPLY < <(compgen -W "-q --quiet" -- "$word") ;;
    show/*) mapfile -t COMPREPLY < <(compgen -W "spec rule" -- "$word") ;;
  esac
}
complete -o filenames -o bashdefault -F _prog prog
