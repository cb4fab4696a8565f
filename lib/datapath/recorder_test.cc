#include "lib/datapath/recorder.h"

#include <doctest/doctest.h>

#include "lib/spec/read.h"

namespace egressctl::datapath {
namespace {

forward::ConnectionRecord tls(const std::string& name, const std::string& upstream) {
  forward::ConnectionRecord out;
  out.server_name = name;
  out.upstream_host = upstream;
  return out;
}

forward::ConnectionRecord http(const std::string& host) {
  forward::ConnectionRecord out;
  out.authority = host;
  out.upstream_host = "192.0.2.1:80";
  return out;
}

spec::Spec read(const std::string& text) {
  const Source source("recorded.yaml", text);
  Diagnostics diagnostics;
  const auto documents = yaml::load(source, diagnostics);
  REQUIRE_EQ(documents.size(), 1);
  auto spec = spec::read(documents.front(), diagnostics);
  for (const Diagnostic& each : diagnostics) MESSAGE(each.message);
  REQUIRE(spec.has_value());
  return *std::move(spec);
}

TEST_CASE("what was asked for becomes a spec, grouped by domain and ports") {
  Recorder recorder;
  for (const char* name : {"www.example.com", "api.example.com", "cdn.a.example.com"})
    recorder.add(tls(name, "192.0.2.1:443"));
  recorder.add(tls("WWW.Example.com", "[2001:db8::1]:443"));
  recorder.add(tls("git.example.com", "192.0.2.1:8443"));
  recorder.add(tls("www.example.co.uk", "192.0.2.1:443"));
  recorder.add(http("plain.example.org"));
  recorder.add(http("www.example.com"));
  const std::string text = recorder.to_spec();
  CAPTURE(text);
  const spec::Spec spec = read(text);
  REQUIRE_EQ(spec.destinations.size(), 4);
  CHECK_EQ(spec.destinations[0].hosts.size(), 1);
  CHECK_EQ(*spec.destinations[0].hosts[0], "www.example.co.uk");
  CHECK_EQ(spec.destinations[1].hosts.size(), 3);
  CHECK_EQ(*spec.destinations[1].via, spec::Via::Gateway);
  CHECK_EQ(*spec.destinations[2].ports.front(), 8443);
  CHECK_EQ(*spec.destinations[3].via, spec::Via::Originate);
  CHECK_NE(text.find("# hosts: [\"*.example.com\", example.com]"), std::string::npos);
  CHECK_NE(text.find("# 5 connections"), std::string::npos);
  CHECK_NE(text.find("# www.example.com was asked for in plain HTTP, too"), std::string::npos);
}

TEST_CASE("what no spec can have, or nobody reached, is told in comments alone") {
  Recorder recorder;
  recorder.add(tls("www.example.com", "192.0.2.1:443"));
  recorder.add(tls("127.0.0.1", "127.0.0.1:443"));
  recorder.add(tls("a\n- name: evil", "192.0.2.1:443"));
  recorder.add(tls("*.example.com", "192.0.2.1:443"));
  recorder.add(tls("db.prod.svc.cluster.local", "192.0.2.1:443"));
  recorder.add(tls("gone.example.com", ""));
  recorder.add(tls("", "192.0.2.1:443"));
  const std::string text = recorder.to_spec();
  CAPTURE(text);
  CHECK_EQ(read(text).destinations.size(), 1);
  CHECK_EQ(text.find("evil"), std::string::npos);
  CHECK_NE(text.find("# left out: gone.example.com (never reached), 1 connections"),
           std::string::npos);
  CHECK_NE(text.find("# left out: 1 connections that named no host"), std::string::npos);
}

TEST_CASE("many names end in a spec, too") {
  Recorder recorder;
  for (int i = 0; i < 12'000; ++i)
    recorder.add(tls("h" + std::to_string(i) + ".example" + std::to_string(i % 40) + ".com",
                     "192.0.2.1:443"));
  CHECK_EQ(read(recorder.to_spec()).destinations.size(), 40);
}

}  // namespace
}  // namespace egressctl::datapath
