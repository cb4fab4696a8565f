egressctl init --name Team_A
