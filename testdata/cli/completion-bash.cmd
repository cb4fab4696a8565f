# What bash offers at the end of each line, through the script itself.
cat > try.bash <<'END'
source <(egressctl completion bash)
try() {
  read -ra COMP_WORDS <<< "$1"
  [[ $1 == *' ' ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _egressctl
  echo "$1| ${COMPREPLY[*]}"
}
touch spec.yaml
mkdir folder
try "egressctl "
try "egressctl ver"
try "egressctl --colo"
try "egressctl --color "
try "egressctl -q sch"
try "egressctl schema "
try "egressctl completion z"
try "egressctl version --output "
try "egressctl version --output = j"
try "egressctl version --fail-on w"
try "egressctl init --for"
try "egressctl init spe"
try "egressctl generate --out-dir f"
END
bash try.bash
