#include "lib/forward/http_host.h"

#include <string_view>

#include <doctest/doctest.h>

namespace egressctl::forward {
namespace {

HttpHost read(std::string_view text) {
  return read_http_host({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST_CASE("http host: the Host field, without its port") {
  struct Case {
    std::string_view head;
    std::string_view host;
  };
  for (const Case& each : {
           Case{"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n", "www.example.com"},
           {"GET / HTTP/1.1\nhost:www.example.com:80\n\n", "www.example.com"},
           {"POST /a?b HTTP/1.1\r\nA: b\r\nHOST: \t WWW.Example.com \r\n\r\nbody",
            "WWW.Example.com"},
           {"GET http://other.example.com:8080/x HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
            "other.example.com"},
           {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "[::1]"},
       }) {
    CAPTURE(each.head);
    const HttpHost got = read(each.head);
    CHECK(got.status == HttpHostStatus::Complete);
    CHECK(got.host == each.host);
  }
}

TEST_CASE("http host: what two readers may understand otherwise is refused") {
  for (const std::string_view head :
       {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a.example\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n Host: a.example\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\n\r\n", "\r\n\r\n",
        "GET http://user@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http:/// HTTP/1.1\r\nHost: a.example\r\n\r\n"}) {
    CAPTURE(head);
    CHECK(read(head).status == HttpHostStatus::Malformed);
  }
}

TEST_CASE("http host: a head may come byte by byte, up to a limit") {
  const std::string_view head = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    CAPTURE(size);
    CHECK(read(head.substr(0, size)).status == HttpHostStatus::NeedMore);
  }
  std::string endless = "GET / HTTP/1.1\r\nA: ";
  endless.resize(kMaxHttpHead, 'a');
  CHECK(read(endless).status == HttpHostStatus::Malformed);
  CHECK(read(endless + "\r\nHost: a.example\r\n\r\n").status == HttpHostStatus::Malformed);
}

}  // namespace
}  // namespace egressctl::forward
