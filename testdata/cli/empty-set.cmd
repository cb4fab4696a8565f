# Without an object there is nothing to draw, trace or judge: that must not look like success.
printf -- '---\n# nothing yet\n' > nothing.yaml
for command in audit graph "trace --matrix"; do egressctl $command nothing.yaml; echo "exit $?"; done
egressctl diff nothing.yaml nothing.yaml
