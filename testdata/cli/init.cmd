egressctl init
ls
egressctl init - --name egress | cmp - egress.yaml && echo same
