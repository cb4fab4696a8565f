egressctl generate none.yaml
