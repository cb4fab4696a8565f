#include "lib/forward/client_hello.h"

#include <algorithm>
#include <optional>

namespace egressctl::forward {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kHandshakeHeader = 4;
constexpr std::size_t kMaxRecord = std::size_t{1} << 14;
// Nobody cuts a hello into more; without a bound, records of one byte each cost time.
constexpr std::size_t kMaxRecords = 128;

constexpr std::uint16_t kServerName = 0;
constexpr std::uint16_t kAlpn = 16;
constexpr std::uint16_t kSupportedVersions = 43;
constexpr std::uint16_t kEncryptedClientHello = 0xfe0d;

// Takes pieces off the front of a message; every take fails when too few bytes are left.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool done() const { return bytes_.empty(); }

  std::optional<Bytes> take(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    const Bytes taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  // A big-endian number of so many bytes.
  std::optional<std::size_t> number(std::size_t width) {
    const auto taken = take(width);
    if (!taken) return std::nullopt;
    std::size_t value = 0;
    for (const std::uint8_t byte : *taken) value = value << 8 | byte;
    return value;
  }

  // A vector behind its length, which has so many bytes.
  std::optional<Cursor> vector(std::size_t width) {
    const auto size = number(width);
    const auto taken = size ? take(*size) : std::nullopt;
    return taken ? std::optional(Cursor(*taken)) : std::nullopt;
  }

  [[nodiscard]] std::string text() const { return {bytes_.begin(), bytes_.end()}; }
  [[nodiscard]] Bytes rest() const { return bytes_; }

 private:
  Bytes bytes_;
};

// RFC 8701: values that clients send so that servers stay tolerant.
bool is_grease(std::size_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

// Reads the body of a hello. Each function returns what is wrong, or nothing.
class BodyReader {
 public:
  explicit BodyReader(ClientHello& hello) : hello_(hello) {}

  std::string_view read(Cursor body) {
    const auto version = body.number(2);
    if (!version || !body.take(32)) return "cut off before its random";
    hello_.highest_version = static_cast<std::uint16_t>(*version);
    const auto session = body.vector(1);
    if (!session || session->rest().size() > 32) return "no session id";
    const auto ciphers = body.vector(2);
    if (!ciphers || ciphers->done() || ciphers->rest().size() % 2 != 0) return "no cipher suites";
    const auto compressions = body.vector(1);
    if (!compressions || compressions->done()) return "no compression methods";
    if (body.done()) return {};  // SSL 3.0 and TLS 1.0 may come without extensions
    auto extensions = body.vector(2);
    if (!extensions || !body.done()) return "extensions do not fill it";
    while (!extensions->done()) {
      const auto type = extensions->number(2);
      const auto data = extensions->vector(2);
      if (!type || !data) return "an extension is cut off";
      if (const std::string_view problem = read_extension(*type, *data); !problem.empty())
        return problem;
    }
    return {};
  }

 private:
  std::string_view read_extension(std::size_t type, Cursor data) {
    switch (type) {
      case kServerName: return once(seen_name_) ? read_name(data) : "two server_name extensions";
      case kAlpn: return once(seen_alpn_) ? read_alpn(data) : "two ALPN extensions";
      case kSupportedVersions:
        return once(seen_versions_) ? read_versions(data) : "two supported_versions extensions";
      case kEncryptedClientHello: hello_.encrypted_inner_hello = true; return {};
      default: return {};
    }
  }

  static bool once(bool& seen) {
    const bool first = !seen;
    seen = true;
    return first;
  }

  // RFC 6066 allows one name of each type, and there is but one type: a list with more is read in
  // different ways by different servers.
  std::string_view read_name(Cursor data) {
    auto list = data.vector(2);
    if (!list || !data.done()) return "server_name is no list";
    const auto type = list->number(1);
    const auto name = list->vector(2);
    if (!type || !name || !list->done()) return "server_name is no list of one name";
    if (*type != 0) return "server_name of an unknown type";
    const Bytes bytes = name->rest();
    if (bytes.empty() || bytes.size() > 255) return "server_name of a wrong length";
    if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) return "server_name with a NUL";
    hello_.server_name = name->text();
    return {};
  }

  std::string_view read_alpn(Cursor data) {
    auto list = data.vector(2);
    if (!list || !data.done() || list->done()) return "ALPN is no list";
    while (!list->done()) {
      const auto protocol = list->vector(1);
      if (!protocol || protocol->done()) return "ALPN with an empty protocol";
      hello_.alpn.push_back(protocol->text());
    }
    return {};
  }

  std::string_view read_versions(Cursor data) {
    auto list = data.vector(1);
    if (!list || !data.done() || list->done()) return "supported_versions is no list";
    std::size_t highest = 0;
    while (!list->done()) {
      const auto version = list->number(2);
      if (!version) return "supported_versions is cut off";
      if (!is_grease(*version)) highest = std::max(highest, *version);
    }
    if (highest != 0) hello_.highest_version = static_cast<std::uint16_t>(highest);
    return {};
  }

  ClientHello& hello_;
  bool seen_name_ = false;
  bool seen_alpn_ = false;
  bool seen_versions_ = false;
};

bool looks_like_http(Bytes bytes) {
  constexpr std::string_view kMethods[] = {"GET ",    "PUT ",   "POST ",    "HEAD ",  "PRI * ",
                                           "DELETE ", "TRACE ", "OPTIONS ", "PATCH ", "CONNECT "};
  return std::any_of(std::begin(kMethods), std::end(kMethods), [&](std::string_view method) {
    return bytes.size() >= method.size() && std::equal(method.begin(), method.end(), bytes.begin());
  });
}

// Whether more bytes may make a request of these.
bool may_become_http(Bytes bytes) {
  return bytes.size() < 8 && std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
           return (byte >= 'A' && byte <= 'Z') || byte == ' ' || byte == '*';
         });
}

HelloStatus status_of_other(Bytes bytes) {
  if (looks_like_http(bytes)) return HelloStatus::PlainHttp;
  if (may_become_http(bytes)) return HelloStatus::NeedMore;
  // A record of SSL 2.0: a length with the high bit set, then the type and the version.
  if ((bytes[0] & 0x80) != 0) {
    if (bytes.size() < 4) return HelloStatus::NeedMore;
    if (bytes[2] == kClientHello && (bytes[3] == 0 || bytes[3] == 3)) return HelloStatus::Sslv2;
  }
  return HelloStatus::NotTls;
}

HelloResult malformed(std::string_view problem) {
  return {.status = HelloStatus::Malformed, .hello = {}, .problem = problem};
}

HelloResult only(HelloStatus status) {
  return {.status = status, .hello = {}, .problem = {}};
}

HelloResult read_body(Bytes message) {
  HelloResult result;
  result.problem = BodyReader(result.hello).read(Cursor(message.subspan(kHandshakeHeader)));
  if (!result.problem.empty()) return malformed(result.problem);
  result.status = HelloStatus::Complete;
  return result;
}

// The size of the whole handshake message that starts here, or nothing while too little is there.
std::optional<std::size_t> message_size(Bytes message) {
  if (message.size() < kHandshakeHeader) return std::nullopt;
  const std::size_t body =
      std::size_t{message[1]} << 16 | std::size_t{message[2]} << 8 | message[3];
  return kHandshakeHeader + body;
}

// The bytes of a record, whose first ones end the message so far, without which it says nothing
// new: they end the record or the message, or tell what the message is.
std::size_t fewest_more(Bytes message, Bytes here, std::size_t record_size) {
  if (message.empty()) return 1;
  const std::size_t end = message_size(message).value_or(kHandshakeHeader);
  return std::min(record_size, end - (message.size() - here.size()));
}

}  // namespace

std::string_view to_string(HelloStatus status) {
  switch (status) {
    case HelloStatus::NeedMore: return "need-more";
    case HelloStatus::Complete: return "complete";
    case HelloStatus::NotTls: return "not-tls";
    case HelloStatus::PlainHttp: return "plain-http";
    case HelloStatus::Sslv2: return "sslv2";
    case HelloStatus::TooLarge: return "too-large";
    case HelloStatus::Malformed: return "malformed";
  }
  return "";
}

HelloResult read_client_hello(Bytes bytes) {
  if (bytes.empty()) return only(HelloStatus::NeedMore);
  if (bytes[0] != kHandshakeRecord) return only(status_of_other(bytes));
  std::vector<std::uint8_t> joined;  // of several records; one is read where it is
  std::size_t at = 0;
  std::size_t needed = 0;
  for (std::size_t count = 0; at < bytes.size(); ++count) {
    if (count == kMaxRecords) return malformed("cut into too many records");
    const Bytes record = bytes.subspan(at);
    if (record[0] != kHandshakeRecord) return malformed("another record inside the hello");
    if (record.size() >= 2 && record[1] != 3)
      return at == 0 ? only(HelloStatus::NotTls) : malformed("a record of another version");
    if (record.size() < kRecordHeader) break;
    const std::size_t size = std::size_t{record[3]} << 8 | record[4];
    if (size == 0) return malformed("an empty record");
    if (size > kMaxRecord) return malformed("a record over 16 KiB");
    const Bytes here = record.subspan(kRecordHeader, std::min(size, record.size() - kRecordHeader));
    if (at == 0 && !here.empty() && here[0] != kClientHello)
      return malformed("a handshake that does not start with a hello");
    const bool whole_record = here.size() == size;
    if (at != 0 || whole_record) joined.insert(joined.end(), here.begin(), here.end());
    const Bytes message = at == 0 ? here : Bytes(joined);
    if (const auto wanted = message_size(message)) {
      if (*wanted + kRecordHeader > kMaxHelloBytes) return only(HelloStatus::TooLarge);
      if (message.size() >= *wanted) return read_body(message.first(*wanted));
    }
    if (!whole_record) {
      needed = at + kRecordHeader + fewest_more(message, here, size);
      break;
    }
    at += kRecordHeader + size;
    if (at >= kMaxHelloBytes) return only(HelloStatus::TooLarge);
  }
  HelloResult result =
      only(bytes.size() >= kMaxHelloBytes ? HelloStatus::TooLarge : HelloStatus::NeedMore);
  result.wanted = std::min(needed, kMaxHelloBytes);
  return result;
}

}  // namespace egressctl::forward
