egressctl explain match-gateway-not-bound
egressctl explain EGR0203 -o json | head -8
egressctl explain match-gateway-not-bond; echo "exit $?"
egressctl explain nonsense; echo "exit $?"
