#include "lib/logs/parse_json.h"

#include <array>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace egressctl::logs {
namespace {

using Json = nlohmann::json;

struct TextField {
  const char* key;
  std::string_view Entry::*member;
};

constexpr std::array<TextField, 16> kTexts = {{
    {"start_time", &Entry::time},
    {"method", &Entry::method},
    {"path", &Entry::path},
    {"protocol", &Entry::protocol},
    {"response_flags", &Entry::flags},
    {"response_code_details", &Entry::details},
    {"connection_termination_details", &Entry::termination},
    {"upstream_transport_failure_reason", &Entry::failure},
    {"authority", &Entry::authority},
    {"upstream_host", &Entry::upstream_host},
    {"upstream_cluster", &Entry::cluster},
    {"upstream_local_address", &Entry::upstream_local},
    {"downstream_local_address", &Entry::downstream_local},
    {"downstream_remote_address", &Entry::downstream_remote},
    {"requested_server_name", &Entry::server_name},
    {"route_name", &Entry::route},
}};

// Numbers come as numbers or, from older releases, as texts.
template <typename Number>
void read_number(const Json& object, const char* key, Number& out) {
  const auto found = object.find(key);
  if (found == object.end()) return;
  if (found->is_number_unsigned()) out = found->get<Number>();
  if (!found->is_string()) return;
  const auto& text = found->get_ref<const std::string&>();
  std::from_chars(text.data(), text.data() + text.size(), out);
}

}  // namespace

std::optional<std::string> read_json(std::size_t start, Entry& out, bool& other) {
  const std::string line = std::move(out.storage);
  const std::string source(out.source);
  const Json object =
      Json::parse(line.begin() + static_cast<std::ptrdiff_t>(start), line.end(), nullptr, false);
  if (!object.is_object()) return "it is no JSON object";
  other = !object.contains("response_flags") && !object.contains("upstream_cluster");
  if (other) return std::nullopt;
  // Room for all texts at once: they are pointed into.
  out.storage.clear();
  out.storage.reserve(line.size() + source.size() + sizeof(std::string));
  const auto keep = [&](std::string_view text) {
    const std::size_t at = out.storage.size();
    out.storage += text;
    return std::string_view(out.storage).substr(at, text.size());
  };
  out.source = keep(source);
  for (const TextField& field : kTexts) {
    const auto found = object.find(field.key);
    if (found == object.end() || !found->is_string()) continue;
    const auto& text = found->get_ref<const std::string&>();
    if (text != "-") out.*field.member = keep(text);
  }
  if (out.cluster.ends_with(';')) out.cluster.remove_suffix(1);
  read_number(object, "response_code", out.code);
  read_number(object, "bytes_received", out.received);
  read_number(object, "bytes_sent", out.sent);
  read_number(object, "duration", out.duration);
  return std::nullopt;
}

}  // namespace egressctl::logs
