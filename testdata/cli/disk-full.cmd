egressctl schema spec > /dev/full
