egressctl --help
