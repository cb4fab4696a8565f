#include "lib/datapath/upstream_lab.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include "lib/testing/files.h"
#include "lib/testing/temporary_folder.h"

namespace egressctl::datapath {
namespace {

// Asks for a page of `host` as a client that trusts the lab's CA.
httplib::Result ask(const UpstreamLab& lab, const std::string& ca, const std::string& host,
                    const std::string& path) {
  httplib::SSLClient client(host, lab.address().port);
  client.set_hostname_addr_map({{host, lab.address().ip.to_string()}});
  client.set_ca_cert_path(ca);
  client.enable_server_certificate_verification(true);
  return client.Get(path);
}

TEST_CASE("the lab stands in for any host, with a certificate for it") {
  const auto lab = UpstreamLab::start();
  REQUIRE(lab);
  const egressctl::testing::TemporaryFolder folder;
  const std::string ca =
      egressctl::testing::write_file(folder.path() / "ca.pem", (*lab)->authority());
  for (const char* host : {"de.wikipedia.org", "www.example.com", "de.wikipedia.org"}) {
    CAPTURE(host);
    const auto page = ask(**lab, ca, host, "/a?b=<c>");
    REQUIRE(page);
    CHECK_EQ(page->status, 200);
    CHECK_NE(page->body.find(std::string("<title>") + host + "</title>"), std::string::npos);
    CHECK_NE(page->body.find(std::string("server name  ") + host + "\n"), std::string::npos);
    CHECK_EQ(page->body.find("<c>"), std::string::npos);
  }
  SUBCASE("names of no host are refused") {
    for (const char* host : {"localhost", "a_b.example.com"}) {
      CAPTURE(host);
      CHECK_FALSE(ask(**lab, ca, host, "/"));
    }
  }
  SUBCASE("a client that trusts another CA is not convinced") {
    const auto other = UpstreamLab::start();
    REQUIRE(other);
    CHECK_FALSE(ask(**other, ca, "www.example.com", "/"));
  }
}

TEST_CASE("the lab ends while a client is there") {
  auto lab = UpstreamLab::start();
  REQUIRE(lab);
  const forward::SocketAddress address = (*lab)->address();
  lab->reset();
  CHECK(forward::listen_on(address, {}));
}

}  // namespace
}  // namespace egressctl::datapath
