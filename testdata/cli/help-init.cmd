egressctl init --help
