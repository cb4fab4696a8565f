// Reads any bytes as a hello: nothing crashes, and a hello does not depend on what follows it.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "lib/forward/client_hello.h"

using namespace egressctl::forward;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HelloResult result = read_client_hello({data, size});
  if (result.status == HelloStatus::NeedMore) return 0;
  std::vector<std::uint8_t> longer(data, data + size);
  longer.insert(longer.end(), 100, 'x');
  const HelloResult again = read_client_hello(longer);
  if (again.status != result.status || again.hello.server_name != result.hello.server_name)
    std::abort();
  return 0;
}
