egressctl version -o json | sed 's/: "[^"]*"/: "..."/'
