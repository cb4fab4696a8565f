egressctl init --frce
