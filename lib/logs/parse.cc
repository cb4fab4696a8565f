#include "lib/logs/parse.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/logs/parse_json.h"

namespace egressctl::logs {
namespace {

constexpr std::size_t kMaxTokens = 64;

// Where a line's first bytes are enough to know that it is a log of something
// else.
constexpr std::array<std::string_view, 5> kAgentLevels = {"\tinfo\t", "\twarn\t", "\terror\t",
                                                          "\tdebug\t", "\tfatal\t"};

struct Token {
  std::string_view text;
  bool quoted = false;

  [[nodiscard]] std::string_view value() const { return text == "-" ? std::string_view() : text; }
};

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// Whether "[2026-" or the like stands at `at`.
bool starts_entry(std::string_view line, std::size_t at) {
  return at + 5 < line.size() && line[at] == '[' && is_digit(line[at + 1]) &&
         is_digit(line[at + 2]) && is_digit(line[at + 3]) && is_digit(line[at + 4]) &&
         line[at + 5] == '-';
}

// Where the entry starts, behind what other programs put before it.
std::size_t find_start(std::string_view line) {
  for (std::size_t at = line.find_first_of("[{"); at != std::string_view::npos;
       at = line.find_first_of("[{", at + 1))
    if (line[at] == '{' || starts_entry(line, at)) return at;
  return std::string_view::npos;
}

// "pod/gw-1/istio-proxy" of "[pod/gw-1/istio-proxy] ", "[pod/gw-1 istio-proxy]
// " or "gw-1 istio- proxy "; without the time that kubectl adds.
std::string_view source_of(std::string_view prefix) {
  const std::size_t open = prefix.find('[');
  const std::size_t close = prefix.find(']');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close)
    return prefix.substr(open + 1, close - open - 1);
  while (!prefix.empty() && (prefix.back() == ' ' || prefix.back() == '|' || prefix.back() == ':'))
    prefix.remove_suffix(1);
  const bool time = prefix.size() > 4 && is_digit(prefix[0]) && is_digit(prefix[1]) &&
                    is_digit(prefix[2]) && is_digit(prefix[3]) && prefix[4] == '-';
  return time ? std::string_view() : prefix;
}

// Words and quoted texts, at most kMaxTokens. A quote ends where a blank or the
// line's end follows.
struct Tokens {
  std::array<Token, kMaxTokens> items;
  std::size_t size = 0;
  bool open = false;  // a quoted text does not end

  void read(std::string_view text) {
    std::size_t at = 0;
    while (size < kMaxTokens) {
      at = text.find_first_not_of(' ', at);
      if (at == std::string_view::npos) return;
      std::size_t end = 0;
      if (text[at] == '"') {
        end = at;
        do end = text.find('"', end + 1);
        while (end != std::string_view::npos && end + 1 < text.size() && text[end + 1] != ' ');
        open = end == std::string_view::npos;
        if (open) return;
        items[size++] = {text.substr(at + 1, end - at - 1), true};
        at = end + 1;
      } else {
        end = std::min(text.find(' ', at), text.size());
        items[size++] = {text.substr(at, end - at), false};
        at = end;
      }
    }
  }

  [[nodiscard]] const Token* next_quoted(std::size_t from) const {
    for (std::size_t i = from; i < size; ++i)
      if (items[i].quoted) return &items[i];
    return nullptr;
  }
};

template <typename Number>
bool read_number(const Token& token, Number& out) {
  if (token.text == "-") return true;
  const char* const end = token.text.data() + token.text.size();
  const auto result = std::from_chars(token.text.data(), end, out);
  return !token.quoted && result.ec == std::errc{} && result.ptr == end;
}

void read_request(std::string_view request, Entry& out) {
  const auto part = [](std::string_view text) { return text == "-" ? std::string_view() : text; };
  const std::size_t first = request.find(' ');
  const std::size_t last = request.rfind(' ');
  if (first == std::string_view::npos || first == last) return;
  out.method = part(request.substr(0, first));
  out.path = part(request.substr(first + 1, last - first - 1));
  out.protocol = part(request.substr(last + 1));
}

// Reads the tokens behind the time.
class LineReader {
 public:
  LineReader(const Tokens& tokens, Entry& out) : tokens_(tokens), out_(out) {}

  // What is wrong; std::nullopt when nothing is.
  std::optional<std::string> read() {
    const Token* request = take();
    if (request == nullptr || !request->quoted) return "no quoted request follows the time";
    read_request(request->text, out_);
    const Token* code = take();
    if (code == nullptr || !read_number(*code, out_.code)) return "no response code follows";
    const Token* flags = take();
    if (flags == nullptr) return "the line ends before the response flags";
    out_.flags = flags->value();
    if (!read_reasons()) return "the line ends in the middle of the reasons";
    if (!read_amounts()) return "no bytes received, bytes sent and duration follow";
    take();  // the upstream's own time
    for (int i = 0; i < 3; ++i) take();
    set(out_.authority);
    const Token* host = take();
    if (host == nullptr || !host->quoted) return "the line ends before the upstream host";
    out_.upstream_host = host->value();
    read_connection();
    return std::nullopt;
  }

 private:
  const Token* take() { return at_ < tokens_.size ? &tokens_.items[at_++] : nullptr; }

  void set(std::string_view& out) {
    if (const Token* token = take()) out = token->value();
  }

  // Details, termination details and the transport's failure, as far as the
  // form has them. Envoy's own format has none: bytes follow at once.
  bool read_reasons() {
    const Token* quoted = tokens_.next_quoted(at_);
    if (quoted == nullptr) return false;
    const auto before = static_cast<std::size_t>(quoted - &tokens_.items[at_]);
    std::uint64_t number = 0;
    if (before >= 3 && tokens_.items[at_].text != "-" && read_number(tokens_.items[at_], number))
      return true;
    if (before == 0) {  // Mixer's status stands there
      take();
    } else {
      out_.details = take()->value();
      if (before > 1) {
        const std::string_view first = tokens_.items[at_].text;
        const std::string_view last = tokens_.items[at_ + before - 2].text;
        const std::string_view all(
            first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data()));
        out_.termination = all == "-" ? std::string_view() : all;
        at_ += before - 1;
      }
    }
    const Token* failure = take();
    if (failure == nullptr || !failure->quoted) return false;
    out_.failure = failure->value();
    return true;
  }

  bool read_amounts() {
    const Token* received = take();
    const Token* sent = take();
    const Token* duration = take();
    return duration != nullptr && read_number(*received, out_.received) &&
           read_number(*sent, out_.sent) && read_number(*duration, out_.duration);
  }

  // Envoy's own format ends before these.
  void read_connection() {
    set(out_.cluster);
    // %UPSTREAM_CLUSTER% gives the name for statistics, which istiod ends in
    // ";".
    if (out_.cluster.ends_with(';')) out_.cluster.remove_suffix(1);
    set(out_.upstream_local);
    set(out_.downstream_local);
    set(out_.downstream_remote);
    set(out_.server_name);
    set(out_.route);
  }

  const Tokens& tokens_;
  Entry& out_;
  std::size_t at_ = 0;
};

bool is_other(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  return std::any_of(kAgentLevels.begin(), kAgentLevels.end(), [&](std::string_view level) {
    return line.find(level) != std::string_view::npos;
  });
}

std::optional<std::string> read_text(std::string_view line, Entry& out, bool& other) {
  const std::size_t end = line.find(']');
  if (end == std::string_view::npos) return "the time does not end";
  // "[time][thread][level]": what Envoy logs of itself.
  other = end + 1 < line.size() && line[end + 1] == '[';
  if (other) return std::nullopt;
  out.time = line.substr(1, end - 1);
  Tokens tokens;
  tokens.read(line.substr(end + 1));
  if (tokens.open) return "a quoted text does not end";
  return LineReader(tokens, out).read();
}

}  // namespace

ParsedLine parse_line(std::string line) {
  ParsedLine out;
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  const std::size_t start = find_start(line);
  if (start == std::string::npos) {
    if (!is_other(line)) {
      out.kind = LineKind::Bad;
      out.problem = "no access log entry: it starts with neither \"[TIME]\" nor \"{\"";
    }
    return out;
  }
  out.entry.storage = std::move(line);
  const std::string_view text = out.entry.storage;
  out.entry.source = source_of(text.substr(0, start));
  std::optional<std::string> problem;
  bool other = false;
  if (text[start] == '{') {
    problem = read_json(start, out.entry, other);
  } else {
    problem = read_text(text.substr(start), out.entry, other);
  }
  if (other) return out;
  out.kind = problem ? LineKind::Bad : LineKind::Entry;
  if (problem) out.problem = *std::move(problem);
  return out;
}

}  // namespace egressctl::logs
