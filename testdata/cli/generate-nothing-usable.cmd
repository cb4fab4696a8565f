egressctl generate nowhere.yaml; echo "exit $?"
echo "# nothing" > empty.yaml
egressctl generate empty.yaml; echo "exit $?"
printf "a: 1\n---\nb: [\n" > broken.yaml
egressctl generate broken.yaml; echo "exit $?"
