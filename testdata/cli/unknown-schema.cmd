egressctl schema spce
