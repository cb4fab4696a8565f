#include "lib/forward/log/access_log.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/istio_access_log.h"
#include "lib/base/number.h"
#include "lib/forward/log/access_log_operators.h"

namespace egressctl::forward {
namespace {

struct FlagWord {
  ResponseFlag flag;
  std::string_view word;
  std::string_view name;
};

constexpr FlagWord kFlagWords[] = {
    {ResponseFlag::NoRoute, "NR", "NoRouteFound"},
    {ResponseFlag::NoHealthyUpstream, "UH", "NoHealthyUpstream"},
    {ResponseFlag::UpstreamFailed, "UF", "UpstreamConnectionFailure"},
    {ResponseFlag::UpstreamRetriesExceeded, "URX", "UpstreamRetryLimitExceeded"},
    {ResponseFlag::UpstreamRemoteReset, "UR", "UpstreamRemoteReset"},
    {ResponseFlag::Overflow, "UO", "UpstreamOverflow"},
    {ResponseFlag::LocalReset, "LR", "LocalReset"},
};

std::string words_of(const ResponseFlags& flags, std::string_view FlagWord::*word) {
  std::string out;
  for (const FlagWord& each : kFlagWords) {
    if (!flags.has(each.flag)) continue;
    if (!out.empty()) out += ',';
    out += each.*word;
  }
  return out.empty() ? "-" : out;
}

std::optional<std::size_t> parse_length(std::string_view text) {
  const auto out = parse_number<std::size_t>(text);
  return out && *out != 0 ? out : std::nullopt;
}

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string ResponseFlags::to_string() const {
  return words_of(*this, &FlagWord::word);
}

std::string ResponseFlags::to_long_string() const {
  return words_of(*this, &FlagWord::name);
}

AccessLogFormat AccessLogFormat::istio_text() {
  return *parse(kIstioAccessLog);
}

AccessLogFormat AccessLogFormat::istio_json() {
  AccessLogFormat out;
  out.json_ = true;
  for (const AccessLogField& field : kIstioAccessLogFields) {
    Piece piece = parse(field.format)->pieces_.front();
    piece.member = field.key;
    out.pieces_.push_back(std::move(piece));
  }
  // Envoy writes an object's members by name.
  std::sort(out.pieces_.begin(), out.pieces_.end(),
            [](const Piece& a, const Piece& b) { return a.member < b.member; });
  return out;
}

Result<AccessLogFormat> AccessLogFormat::parse(std::string_view text) {
  AccessLogFormat out;
  std::string literal;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\n") || rest.starts_with("\\t") || rest.starts_with("%%")) {
      literal += rest[0] == '%' ? '%' : (rest[1] == 'n' ? '\n' : '\t');
      i += 2;
    } else if (rest[0] != '%') {
      literal += rest[0];
      ++i;
    } else {
      std::size_t size = 0;
      auto piece = parse_operator(rest, i + 1, size);
      if (!piece) return tl::unexpected(piece.error());
      if (!literal.empty()) out.pieces_.push_back({.text = std::exchange(literal, {})});
      out.pieces_.push_back(std::move(*piece));
      i += size;
    }
  }
  // Istio adds a newline, too, where a format has none.
  if (!literal.ends_with('\n')) literal += '\n';
  out.pieces_.push_back({.text = std::move(literal)});
  return out;
}

// The operator at the start of `text`, which stands at byte `place`; `size` says how long it is.
Result<AccessLogFormat::Piece> AccessLogFormat::parse_operator(std::string_view text,
                                                               std::size_t place,
                                                               std::size_t& size) {
  const auto wrong = [&](std::string_view what) {
    return fail(ErrorCode::Usage, fmt::format("access log: {} at byte {}", what, place));
  };
  const std::size_t name_end = std::min(text.find_first_of("(:%", 1), text.size());
  const std::string_view name = text.substr(1, name_end - 1);
  Piece out;
  out.op = find_log_operator(name);
  if (name_end == text.size() || out.op == nullptr)
    return wrong(fmt::format("\"%{}%\" is no operator", name));
  std::string_view rest = text.substr(name_end);
  if (rest.starts_with('(')) {
    const std::size_t close = rest.find(')');
    if (close == std::string_view::npos) return wrong(fmt::format("\"%{}(\" has no \")\"", name));
    if (out.op->argument == LogArgument::None)
      return wrong(fmt::format("\"%{}%\" takes no argument", name));
    out.text = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else if (out.op->argument == LogArgument::Required) {
    return wrong(fmt::format("\"%{}%\" lacks its argument", name));
  }
  const std::size_t end = rest.find('%');
  if (end == std::string_view::npos) return wrong(fmt::format("\"%{}\" has no final \"%\"", name));
  if (const std::string_view length = rest.substr(0, end); !length.empty()) {
    const auto most = length.starts_with(':') ? parse_length(length.substr(1)) : std::nullopt;
    if (!most || !out.op->length)
      return wrong(fmt::format("\"{}\" behind \"%{}\" is no length", length, name));
    out.most = *most;
  }
  size = text.size() - rest.size() + end + 1;
  return out;
}

AccessLogFormat AccessLogFormat::labelled(std::string label, std::string internal) const {
  AccessLogFormat out = *this;
  out.label_ = std::move(label);
  out.internal_label_ = std::move(internal);
  return out;
}

void AccessLogFormat::write_value(const Piece& piece, const ConnectionRecord& record,
                                  std::string& out) {
  if (piece.op == nullptr) {
    out += piece.text;
    return;
  }
  const std::size_t before = out.size();
  piece.op->write(record, piece.text, out);
  if (piece.most > 0 && out.size() - before > piece.most) out.resize(before + piece.most);
}

void AccessLogFormat::write_json(const ConnectionRecord& record, std::string& out) const {
  char separator = '{';
  std::string value;
  if (!label_.empty()) {
    out += "{\"proxy\":";
    write_json_string(record.internal ? internal_label_ : label_, out);
    separator = ',';
  }
  for (const Piece& member : pieces_) {
    out += separator;
    separator = ',';
    write_json_string(member.member, out);
    out += ':';
    value.clear();
    write_value(member, record, value);
    if (member.op->is_number)
      out += value;
    else if (value == "-" && !member.op->is_flags)  // those are "-" in JSON too, as Envoy's
      out += "null";
    else
      write_json_string(value, out);
  }
  out += "}\n";
}

void AccessLogFormat::write(const ConnectionRecord& record, std::string& out) const {
  if (json_) return write_json(record, out);
  if (!label_.empty())
    fmt::format_to(std::back_inserter(out), "{:<{}} ", record.internal ? internal_label_ : label_,
                   std::max(label_.size(), internal_label_.size()));
  for (const Piece& piece : pieces_) write_value(piece, record, out);
}

}  // namespace egressctl::forward
