# What becomes of every client's connections to every host, set by set.
for set in "$TESTDATA"/topology/*; do echo "== $(basename "$set")"; mesh=; [ -f "$set/meshconfig.yaml" ] && mesh="--mesh-config $set/meshconfig.yaml"; egressctl trace --matrix $mesh "$set/manifests.yaml" | cut -c1-150; done
