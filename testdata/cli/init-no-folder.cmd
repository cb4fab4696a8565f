egressctl init no/where.yaml
