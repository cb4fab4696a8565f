#include "lib/cel/times.h"

#include <charconv>

#include <fmt/format.h>

#include "lib/cel/functions.h"

namespace egressctl::cel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

// Takes exactly `count` digits.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".5" as nanoseconds; digits behind the ninth are cut off.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return 0;
  std::int64_t value = 0;
  std::int64_t unit = kSecond;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    ++digits;
    unit /= 10;
    value += (text.front() - '0') * unit;
  }
  if (digits == 0) return std::nullopt;
  return value;
}

// Minutes east of Greenwich.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

std::string fraction_text(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return {};
  std::string digits = fmt::format(".{:09}", nanoseconds);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

template <std::int64_t Nanoseconds>
Outcome whole_units(const Call& call) {
  const auto* const duration = call.arguments[0].as<Duration>();
  if (duration == nullptr) return no_overload("getSeconds", call.arguments);
  return Value(static_cast<std::int64_t>(duration->count() / Nanoseconds));
}

Outcome full_year(const Call& call) {
  const auto* const time = call.arguments[0].as<Timestamp>();
  if (time == nullptr) return no_overload("getFullYear", call.arguments);
  const std::chrono::sys_days day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Duration>(time->since_epoch));
  return Value(
      static_cast<std::int64_t>(static_cast<int>(std::chrono::year_month_day(day).year())));
}

constexpr Function kFunctions[] = {
    {"getHours", true, 1, 1, whole_units<3600 * kSecond>},
    {"getMinutes", true, 1, 1, whole_units<60 * kSecond>},
    {"getSeconds", true, 1, 1, whole_units<kSecond>},
    {"getMilliseconds", true, 1, 1, whole_units<kSecond / 1000>},
    {"getFullYear", true, 1, 1, full_year},
};

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || *year < kFirstYear || *year > kLastYear || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, "Tt")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const std::chrono::minutes clock(*hour * 60 + *minute - *offset);
  return Timestamp{std::chrono::sys_days(date).time_since_epoch() + clock +
                   std::chrono::seconds(*second) + Duration(*fraction)};
}

std::string timestamp_text(Timestamp time) {
  const std::chrono::sys_time<Duration> point(time.since_epoch);
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const std::int64_t clock = (point - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock / kSecond / 3600, clock / kSecond / 60 % 60, clock / kSecond % 60,
                     fraction_text(clock % kSecond));
}

std::string duration_text(Duration duration) {
  const std::int64_t count = duration.count();
  const std::int64_t rest = count % kSecond;
  return fmt::format("{}{}{}s", count < 0 ? "-" : "",
                     count < 0 ? -(count / kSecond) : count / kSecond,
                     fraction_text(rest < 0 ? -rest : rest));
}

std::span<const Function> time_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
