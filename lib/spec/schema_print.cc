// Prints the spec's JSON Schema, or with an argument the starter of that name; for tests that
// other programs do.
#include <iostream>

#include "lib/spec/read.h"

int main(int argc, char** argv) {
  std::cout << (argc > 1 ? egressctl::spec::starter(argv[1]) : egressctl::spec::json_schema());
  return std::cout.good() ? 0 : 1;
}
