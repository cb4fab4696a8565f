#include "lib/base/log_format.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/base/istio_access_log.h"

namespace egressctl {
namespace {

// "[literal]name(argument):most", the mistakes behind " ! ".
std::string show(std::string_view format) {
  const LogFormat parsed = parse_log_format(format);
  std::string out;
  for (const LogPiece& piece : parsed.pieces) {
    if (piece.name.empty()) {
      out += fmt::format("[{}]", piece.literal);
      continue;
    }
    out += piece.name;
    if (!piece.argument.empty()) out += fmt::format("({})", piece.argument);
    if (piece.most != 0) out += fmt::format(":{}", piece.most);
  }
  for (const LogFormatMistake& mistake : parsed.mistakes)
    out += fmt::format(" ! {} {}", mistake.place, mistake.what);
  return out;
}

TEST_CASE("log format: literals and operators are told apart") {
  CHECK(show("") == "");
  CHECK(show("a b") == "[a b]");
  CHECK(show("%PROTOCOL%%DURATION%") == "PROTOCOLDURATION");
  CHECK(show("a %REQ(:AUTHORITY):20% b") == "[a ]REQ(:AUTHORITY):20[ b]");
  CHECK(show("%START_TIME(%s)%.") == "START_TIME(%s)[.]");
  CHECK(show("50%% of %%.") == "[50%][ of %][.]");
}

// What Envoy 1.40 said of each is "Not supported field in StreamInfo", "does not take any
// parameters or length", "requires parameters", or "Couldn't find valid command".
TEST_CASE("log format: what Envoy refuses is told") {
  CHECK(show("x %REQUEST_SERVER_NAME%") ==
        "[x ]REQUEST_SERVER_NAME ! 3 \"%REQUEST_SERVER_NAME%\" is no operator");
  CHECK(show("%PROTOCOL(x)%") == "PROTOCOL(x) ! 1 \"%PROTOCOL%\" takes no argument");
  CHECK(show("%REQ()%") == "REQ ! 1 \"%REQ%\" lacks its argument");
  CHECK(show("%HOSTNAME:5%") == "HOSTNAME:5 ! 1 \":5\" behind \"%HOSTNAME\" is no length");
  CHECK(show("%REQ(A):x%") == "REQ(A) ! 1 \":x\" behind \"%REQ\" is no length");
  CHECK(show("100%") == "[100][%] ! 4 \"%\" has no final \"%\"");
  CHECK(show("%a%") == "[%a][%] ! 1 \"%a%\" is no operator ! 3 \"%\" has no final \"%\"");
  CHECK(show("%REQ(:AUTHORITY)") == "[%REQ(:AUTHORITY)] ! 1 \"%REQ\" has no final \"%\"");
  CHECK(show("%REQ(:AUTHORITY%") ==
        "[%REQ(:AUTHORITY][%] ! 1 \"%REQ(\" has no \")\""
        " ! 16 \"%\" has no final \"%\"");
  CHECK(parse_log_format("%REQUEST_SERVER_NAME%").mistakes.front().unknown ==
        "REQUEST_SERVER_NAME");
}

TEST_CASE("log format: Istio's default has no mistake") {
  CHECK(parse_log_format(kIstioAccessLog).mistakes.empty());
  for (const AccessLogField& field : kIstioAccessLogFields) {
    CAPTURE(field.key);
    CHECK(parse_log_format(field.format).mistakes.empty());
  }
}

}  // namespace
}  // namespace egressctl
