mkdir specs
egressctl generate specs
