#include "lib/forward/log/access_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "lib/base/istio_access_log.h"
#include "lib/base/log_format.h"
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

// With what a flag or a line of YAML can't well hold in it: "\\n" and "\\t".
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const bool escaped = rest.starts_with("\\n") || rest.starts_with("\\t");
    if (!escaped) {
      out += text[i];
      continue;
    }
    out += rest[1] == 'n' ? '\n' : '\t';
    ++i;
  }
  return out;
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
  const auto wrong = [](std::string_view what, std::size_t place) {
    return fail(ErrorCode::Usage, fmt::format("access log: {} at byte {}", what, place));
  };
  const LogFormat parsed = parse_log_format(text);
  if (!parsed.mistakes.empty())
    return wrong(parsed.mistakes.front().what, parsed.mistakes.front().place);
  AccessLogFormat out;
  std::string literal;
  for (const LogPiece& piece : parsed.pieces) {
    if (piece.name.empty()) {
      literal += unescaped(piece.literal);
      continue;
    }
    const LogWriter* writer = find_log_writer(piece.name);
    if (writer == nullptr)
      return wrong(
          fmt::format("\"%{}%\" has no value in connections that are only forwarded", piece.name),
          static_cast<std::size_t>(piece.name.data() - text.data()));
    if (!literal.empty()) out.pieces_.push_back({.text = std::exchange(literal, {})});
    out.pieces_.push_back({.text = std::string(piece.argument), .op = writer, .most = piece.most});
  }
  // Istio adds a newline, too, where a format has none.
  if (!literal.ends_with('\n')) literal += '\n';
  out.pieces_.push_back({.text = std::move(literal)});
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
