#include "lib/forward/client_hello.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/forward/test_hello.h"
#include "lib/testing/files.h"
#include "lib/testing/golden.h"

namespace egressctl::forward {
namespace {

using namespace testing;

HelloResult read(const Buffer& bytes) {
  return read_client_hello(bytes);
}

HelloStatus status_of(std::string_view text) {
  return read_client_hello({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})
      .status;
}

std::string_view problem_of(const std::vector<Buffer>& extensions) {
  const HelloResult result = read(in_records(hello_message(extensions)));
  CHECK((result.status == HelloStatus::Malformed) == !result.problem.empty());
  return result.problem;
}

TEST_CASE("hello: name, protocols and version") {
  const Buffer versions = extension(43, {6, 0x7a, 0x7a, 0x03, 0x04, 0x03, 0x03});
  const HelloResult result =
      read(in_records(hello_message({extension(0x1a1a, {}), server_name("de.wikipedia.org"),
                                     alpn({"h2", "http/1.1"}), versions})));
  REQUIRE(result.status == HelloStatus::Complete);
  CHECK(result.hello.server_name == "de.wikipedia.org");
  CHECK(result.hello.alpn == std::vector<std::string>{"h2", "http/1.1"});
  CHECK(result.hello.highest_version == 0x0304);
  CHECK_FALSE(result.hello.encrypted_inner_hello);
}

TEST_CASE("hello: without a name, without extensions") {
  const HelloResult none = read(in_records(hello_message({})));
  CHECK(none.status == HelloStatus::Complete);
  CHECK(none.hello.server_name.empty());
  CHECK(none.hello.highest_version == 0x0303);
}

TEST_CASE("hello: the name is given as it was sent") {
  for (const std::string& name :
       {std::string("WWW.Example.COM"), std::string("example.com."), std::string("10.0.0.1"),
        std::string("a\nb\x1b[31m"), std::string(255, 'a')}) {
    CAPTURE(name);
    CHECK(read(in_records(hello_message({server_name(name)}))).hello.server_name == name);
  }
}

TEST_CASE("hello: an encrypted inner hello is told of, its outer name given") {
  const HelloResult result =
      read(in_records(hello_message({server_name("front.example"), extension(0xfe0d, {0, 1})})));
  CHECK(result.hello.encrypted_inner_hello);
  CHECK(result.hello.server_name == "front.example");
}

TEST_CASE("hello: what no server should read in two ways is malformed") {
  CHECK(problem_of({server_name("a.example"), server_name("b.example")}) ==
        "two server_name extensions");
  CHECK(problem_of({server_name(std::string_view("a.example\0.evil.example", 23))}) ==
        "server_name with a NUL");
  CHECK(problem_of({server_name("")}) == "server_name of a wrong length");
  CHECK(problem_of({server_name(std::string(256, 'a'))}) == "server_name of a wrong length");
  CHECK(problem_of({server_name("a.example", 7)}) == "server_name of an unknown type");
  CHECK(problem_of({extension(0, {0, 0})}) == "server_name is no list of one name");
  CHECK(problem_of({extension(0, {})}) == "server_name is no list");
  CHECK(problem_of({alpn({"h2"}), alpn({"h2"})}) == "two ALPN extensions");
  CHECK(problem_of({alpn({})}) == "ALPN is no list");
  CHECK(problem_of({alpn({"h2", ""})}) == "ALPN with an empty protocol");
  CHECK(problem_of({extension(43, {3, 3, 4})}) == "supported_versions is no list");
  CHECK(problem_of({extension(43, {1, 3})}) == "supported_versions is cut off");
}

TEST_CASE("hello: what is too short tells how many bytes say more") {
  const Buffer message = hello_message({server_name("www.example.com")});
  const auto wanted = [&](std::size_t record, std::size_t end) {
    const Buffer whole = in_records(message, record);
    return read(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(end))).wanted;
  };
  constexpr std::size_t kHeader = 5;
  const std::size_t all = kHeader + message.size();
  CHECK(wanted(16384, kHeader - 1) == 0);
  CHECK(wanted(16384, kHeader) == kHeader + 1);
  CHECK(wanted(16384, kHeader + 1) == kHeader + 4);
  CHECK(wanted(16384, kHeader + 4) == all);
  CHECK(wanted(16384, all - 1) == all);
  // A record of 10 bytes and one that has begun.
  CHECK(wanted(10, kHeader + 4) == kHeader + 10);
  CHECK(wanted(10, 2 * kHeader + 12) == 2 * kHeader + 20);
}

TEST_CASE("hello: every way of cutting one into records and reads gives the same") {
  const Buffer message = hello_message({server_name("www.example.com"), alpn({"h2"})});
  for (const std::size_t size : {1U, 2U, 3U, 7U, 50U, 16384U}) {
    CAPTURE(size);
    const Buffer whole = in_records(message, size);
    if (message.size() / size > 127) {
      CHECK(read(whole).problem == "cut into too many records");
      continue;
    }
    for (std::size_t end = 0; end < whole.size(); ++end) {
      const HelloResult part =
          read(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(end)));
      CHECK(part.status == HelloStatus::NeedMore);
      CHECK(part.wanted <= whole.size());
    }
    CHECK(read(whole).hello.server_name == "www.example.com");
    Buffer more = whole;
    put(more, "what follows");
    CHECK(read(more).hello.server_name == "www.example.com");
  }
}

TEST_CASE("hello: a name that is split between two records is read") {
  const Buffer message = hello_message({server_name("www.example.com")});
  CHECK(read(in_records(message, message.size() - 5)).hello.server_name == "www.example.com");
}

TEST_CASE("hello: limits") {
  Buffer huge = {22, 3, 1, 0x40, 0, 1, 0, 0xff, 0xfc};
  CHECK(read(huge).status == HelloStatus::TooLarge);
  huge = {22, 3, 1, 0x40, 1};
  CHECK(read(huge).problem == "a record over 16 KiB");
  CHECK(read({22, 3, 1, 0, 0}).problem == "an empty record");
  const Buffer padded = hello_message({extension(21, Buffer(60'000, 0)), server_name("a.example")});
  CHECK(read(in_records(padded)).hello.server_name == "a.example");
}

TEST_CASE("hello: other handshakes and records are none") {
  CHECK(read({22, 3, 1, 0, 4, 2, 0, 0, 0}).problem ==
        "a handshake that does not start with a hello");
  const Buffer message = hello_message({server_name("a.example")});
  Buffer cut = in_records(message, 20);
  cut[25] = 21;  // the second record is an alert
  CHECK(read(cut).problem == "another record inside the hello");
  cut[25] = 22;
  cut[26] = 2;
  CHECK(read(cut).problem == "a record of another version");
}

TEST_CASE("hello: every byte may be wrong without harm") {
  const Buffer good =
      in_records(hello_message({server_name("www.example.com"), alpn({"h2", "http/1.1"})}), 40);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const unsigned value : {0U, 1U, 2U, 22U, 127U, 128U, 255U}) {
      Buffer bad = good;
      bad[at] = static_cast<std::uint8_t>(value);
      (void)read(bad);
    }
}

TEST_CASE("hello: what is no TLS is told apart") {
  CHECK(status_of("GET / HTTP/1.1\r\n") == HelloStatus::PlainHttp);
  CHECK(status_of("PRI * HTTP/2.0\r\n") == HelloStatus::PlainHttp);
  CHECK(status_of("CONN") == HelloStatus::NeedMore);
  CHECK(status_of("CONNECT a:443 HTTP/1.1\r\n") == HelloStatus::PlainHttp);
  CHECK(status_of("SSH-2.0-OpenSSH_9.2\r\n") == HelloStatus::NotTls);
  CHECK(status_of("EHLO example.com\r\n") == HelloStatus::NotTls);
  CHECK(status_of(std::string_view("\x80\x2e\x01\x00\x02", 5)) == HelloStatus::Sslv2);
  CHECK(status_of(std::string_view("\x80\x2e\x01\x03\x01", 5)) == HelloStatus::Sslv2);
  CHECK(status_of(std::string_view("\x80\x2e", 2)) == HelloStatus::NeedMore);
  CHECK(status_of(std::string_view("\x80\x2e\x04\x00", 4)) == HelloStatus::NotTls);
  CHECK(status_of(std::string_view("\x16\x02", 2)) == HelloStatus::NotTls);
  CHECK(status_of(std::string_view("\0", 1)) == HelloStatus::NotTls);
  CHECK(status_of("") == HelloStatus::NeedMore);
}

// testdata/forward/hellos/*.bin are the first bytes that clients sent; make_hellos.py says which.
TEST_CASE("hello: those of real clients") {
  std::vector<std::filesystem::path> files;
  for (const auto& file :
       std::filesystem::directory_iterator(egressctl::testing::testdata() / "forward/hellos"))
    if (file.path().extension() == ".bin") files.push_back(file.path());
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  std::string listing;
  for (const auto& file : files) {
    const std::string bytes = egressctl::testing::read_file(file);
    const HelloResult result =
        read_client_hello({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    listing +=
        fmt::format("{}: {} bytes, {}, name \"{}\", alpn {}, version {:04x}{}\n",
                    file.stem().string(), bytes.size(), to_string(result.status),
                    result.hello.server_name, result.hello.alpn, result.hello.highest_version,
                    result.hello.encrypted_inner_hello ? ", encrypted inner hello" : "");
  }
  egressctl::testing::check_golden("forward/hellos.out", listing);
}

}  // namespace
}  // namespace egressctl::forward
