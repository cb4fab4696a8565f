// Reads any bytes as a hello: nothing crashes, a hello does not depend on what follows it, and what
// is too short stays so for as long as it is said to.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "lib/forward/client_hello.h"

using namespace egressctl::forward;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HelloResult result = read_client_hello({data, size});
  std::vector<std::uint8_t> longer(data, data + size);
  if (result.status == HelloStatus::NeedMore) {
    if (result.wanted <= size + 1) return 0;
    longer.resize(result.wanted - 1, 'x');
    if (read_client_hello(longer).status != HelloStatus::NeedMore) std::abort();
    return 0;
  }
  longer.insert(longer.end(), 100, 'x');
  const HelloResult again = read_client_hello(longer);
  if (again.status != result.status || again.hello.server_name != result.hello.server_name)
    std::abort();
  return 0;
}
