#include "cli/expectations.h"

#include <fmt/format.h>

#include "cli/input.h"
#include "lib/base/diagnostic.h"
#include "lib/base/text.h"
#include "lib/yaml/load.h"

namespace egressctl::cli {
namespace {

constexpr std::string_view kKeys[] = {"from",     "to",      "sni",    "innerSni",
                                      "protocol", "verdict", "reached"};

tl::unexpected<Error> wrong(SourceRange range, const std::string& message) {
  return fail(ErrorCode::Usage, fmt::format("{}: {}", location(range), message));
}

std::optional<trace::Protocol> protocol_of(std::string_view word) {
  if (word == "tls") return trace::Protocol::Tls;
  if (word == "http") return trace::Protocol::Http;
  return word == "tcp" ? std::optional(trace::Protocol::Tcp) : std::nullopt;
}

Result<Expectation> read_item(const yaml::Node& item) {
  if (!item.is_mapping()) return wrong(item.range, "expected a mapping with \"from\" and \"to\"");
  Expectation out;
  for (const yaml::Entry& entry : item.entries) {
    const std::string_view key = entry.key.scalar;
    const std::string value(entry.value.scalar);
    if (key == "from") {
      out.from = value;
    } else if (key == "to") {
      out.to = value;
    } else if (key == "sni") {
      out.sni = value;
    } else if (key == "innerSni") {
      out.inner_sni = value;
    } else if (key == "reached") {
      out.reached = value;
    } else if (key == "protocol") {
      out.protocol = protocol_of(value);
      if (!out.protocol)
        return wrong(entry.value.range,
                     fmt::format("\"{}\" is no protocol; expected tls, http or tcp", value));
    } else if (key == "verdict") {
      out.verdict = trace::verdict_of(value);
      if (!out.verdict)
        return wrong(entry.value.range,
                     fmt::format("\"{}\" is no verdict; expected delivered, misrouted, reset, "
                                 "blocked, bypass or unresolvable",
                                 value));
    } else {
      return wrong(entry.key.range,
                   fmt::format("unknown key \"{}\"; {}", key, did_you_mean(key, kKeys)));
    }
  }
  if (out.from.empty() || out.to.empty())
    return wrong(item.range, "expected both \"from\" and \"to\"");
  return out;
}

}  // namespace

Result<std::vector<Expectation>> read_expectations(const std::string& path) {
  auto source = read_input(path);
  if (!source) return tl::unexpected(source.error());
  Diagnostics findings;
  const auto documents = yaml::load(**source, findings);
  if (!findings.empty()) return wrong(findings.begin()->range, findings.begin()->message);
  std::vector<Expectation> out;
  for (const yaml::Document& document : documents) {
    if (!document.root().is_sequence())
      return wrong(document.root().range, "expected a list of traces");
    for (const yaml::Node& item : document.root().items) {
      auto read = read_item(item);
      if (!read) return tl::unexpected(read.error());
      out.push_back(*std::move(read));
    }
  }
  if (out.empty())
    return fail(ErrorCode::Usage,
                fmt::format("{}: no trace is in it; expected a list such as "
                            "\"- {{from: default/sleep, to: \"example.com:443\", verdict: "
                            "delivered}}\"",
                            path));
  return out;
}

}  // namespace egressctl::cli
