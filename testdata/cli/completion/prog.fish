complete -c prog -f
complete -c prog -n '__fish_use_subcommand' -s q -l quiet -d 'Say less'
complete -c prog -n '__fish_use_subcommand' -a make -d 'Make it'
complete -c prog -n '__fish_use_subcommand' -a show -d 'Show one'
complete -c prog -n '__fish_seen_subcommand_from make' -s o -l output -d 'The form: it\'s [free]' -x -a 'text json'
complete -c prog -n '__fish_seen_subcommand_from make' -l out-dir -d 'Where to' -x -a '(__fish_complete_directories)'
complete -c prog -n '__fish_seen_subcommand_from make' -l config -d 'A file' -r -F
complete -c prog -n '__fish_seen_subcommand_from make' -l name -d 'Any text' -x
complete -c prog -n '__fish_seen_subcommand_from make' -F
complete -c prog -n '__fish_seen_subcommand_from show' -s q -l quiet -d 'Say less'
complete -c prog -n '__fish_seen_subcommand_from show' -x -a 'spec rule'
