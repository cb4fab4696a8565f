#include "lib/forward/log/access_log_time.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

namespace egressctl::forward {
namespace {

// A time, taken apart.
struct Moment {
  std::tm parts{};
  std::time_t seconds = 0;
  std::string nanoseconds;  // nine digits
};

Moment moment_of(std::chrono::system_clock::time_point time, TimeZone zone) {
  Moment out;
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  out.seconds = seconds.count();
  out.nanoseconds = fmt::format(
      "{:09}", std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count());
  if (zone == TimeZone::Utc)
    ::gmtime_r(&out.seconds, &out.parts);
  else
    ::localtime_r(&out.seconds, &out.parts);
  return out;
}

void write_by_strftime(const Moment& moment, std::string_view specifier, std::string& out) {
  std::array<char, 64> text{};
  const std::string format(specifier);
  out.append(text.data(), std::strftime(text.data(), text.size(), format.c_str(), &moment.parts));
}

std::string_view without_zeros(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

// "%E3S", "%E*S", "%E3f", "%E*f", "%Ez"; 0 when it is none, else its size.
std::size_t write_extended(const Moment& moment, std::string_view specifier, std::string& out) {
  if (specifier.starts_with("%Ez")) {
    std::string zone;
    write_by_strftime(moment, "%z", zone);
    constexpr std::size_t kHours = 3;  // "+01"
    if (zone.size() > kHours) zone.insert(kHours, 1, ':');
    out += zone;
    return 3;
  }
  constexpr std::size_t kSize = 4;
  if (!specifier.starts_with("%E") || specifier.size() < kSize) return 0;
  const char precision = specifier[2];
  const char kind = specifier[3];
  const bool digit = precision >= '0' && precision <= '9';
  if ((!digit && precision != '*') || (kind != 'S' && kind != 'f')) return 0;
  std::string_view fraction = moment.nanoseconds;
  fraction = digit ? fraction.substr(0, static_cast<std::size_t>(precision - '0'))
                   : without_zeros(fraction);
  if (kind == 'S') write_by_strftime(moment, "%S", out);
  if (kind == 'S' && !fraction.empty()) out += '.';
  out += kind == 'f' && fraction.empty() ? std::string_view("0") : fraction;
  return kSize;
}

// One that begins with "%"; its size.
std::size_t write_specifier(const Moment& moment, std::string_view specifier, std::string& out) {
  if (const std::size_t size = write_extended(moment, specifier, out); size > 0) return size;
  const char first = specifier[1];
  const bool digit = first >= '1' && first <= '9' && specifier.size() > 2;
  const char kind = digit ? specifier[2] : first;
  if (kind == 'f') {
    out.append(moment.nanoseconds, 0, digit ? static_cast<std::size_t>(first - '0') : 9);
    return digit ? 3 : 2;
  }
  if (kind == 's') {
    fmt::format_to(std::back_inserter(out), "{}", moment.seconds);
    return digit ? 3 : 2;
  }
  const std::size_t size = (first == 'E' || first == 'O') && specifier.size() > 2 ? 3 : 2;
  write_by_strftime(moment, specifier.substr(0, size), out);
  return size;
}

}  // namespace

void write_time(std::chrono::system_clock::time_point time, std::string_view format, TimeZone zone,
                std::string& out) {
  const Moment moment = moment_of(time, zone);
  while (!format.empty()) {
    const std::size_t percent = std::min(format.find('%'), format.size());
    out += format.substr(0, percent);
    format.remove_prefix(percent);
    if (format.size() < 2) {
      out += format;
      return;
    }
    format.remove_prefix(write_specifier(moment, format, out));
  }
}

}  // namespace egressctl::forward
