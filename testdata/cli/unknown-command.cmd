egressctl genarate x.yaml
