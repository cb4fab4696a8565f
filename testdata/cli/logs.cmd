# Lines of a sidecar and a gateway, as kubectl prints them: joined, explained, summed.
cp "$TESTDATA/logs/connections.log" . && egressctl logs connections.log; echo "exit $?"
grep -v 'NR$\|no log' "$TESTDATA/logs/connections.log" | egressctl logs --sum -; echo "exit $?"
# With the manifests: the trace of that connection, and what lint says of it.
egressctl logs "$TESTDATA/logs/never-matches.log" "$TESTDATA/topology/common-host-sni-never-matches" | sed "s|$TESTDATA/||g"
egressctl logs -o json "$TESTDATA/logs/never-matches.log" --manifests "$TESTDATA/topology/common-host-sni-never-matches" | sed "s|$TESTDATA/||g" | cut -c1-600
head -1 "$TESTDATA/logs/never-matches.log" | egressctl logs -o json --no-join; egressctl logs -o json /dev/null
egressctl logs gone.log; echo "exit $?"
