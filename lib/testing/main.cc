// Runs the doctest cases of a test binary. `--update` rewrites golden files, as
// EGRESSCTL_UPDATE_GOLDEN=1 does.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdlib>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

int main(int argc, char** argv) {
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--update")
      setenv("EGRESSCTL_UPDATE_GOLDEN", "1", 1);
    else
      arguments.push_back(argv[i]);
  }
  doctest::Context context(static_cast<int>(arguments.size()), arguments.data());
  return context.run();
}
