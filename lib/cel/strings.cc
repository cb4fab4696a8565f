// Methods of strings and of regular expressions. Positions and lengths count code points.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/text.h"
#include "lib/cel/functions.h"

namespace egressctl::cel {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;  // of what a function makes

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

// Whether all arguments from `first` on are strings.
bool are_texts(const Call& call, std::size_t first = 0) {
  return std::all_of(call.arguments.begin() + static_cast<std::ptrdiff_t>(first),
                     call.arguments.end(),
                     [](const Value& value) { return value.as<Text>() != nullptr; });
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::int64_t length(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); });
}

// The offset of the code point number `index`, the text's size for the one behind the last.
std::optional<std::size_t> offset_of(std::string_view text, std::int64_t index) {
  if (index < 0) return std::nullopt;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && continues(text[i])) continue;
    if (index-- == 0) return i;
  }
  return std::nullopt;
}

// A view into the target, which shares its text.
Value part(const Value& target, std::string_view view) {
  return Value(Text{view, target.as<Text>()->owner});
}

tl::unexpected<std::string> out_of_range(std::int64_t index) {
  return tl::unexpected<std::string>(fmt::format("index out of range: {}", index));
}

Outcome contains(const Call& call) {
  if (!are_texts(call)) return no_overload("contains", call.arguments);
  return Value(call.arguments[0].text().find(call.arguments[1].text()) != std::string_view::npos);
}

Outcome starts_with(const Call& call) {
  if (!are_texts(call)) return no_overload("startsWith", call.arguments);
  return Value(call.arguments[0].text().starts_with(call.arguments[1].text()));
}

Outcome ends_with(const Call& call) {
  if (!are_texts(call)) return no_overload("endsWith", call.arguments);
  return Value(call.arguments[0].text().ends_with(call.arguments[1].text()));
}

// The regular expression of a call, compiled here when its pattern is not constant.
struct Regex {
  explicit Regex(const Call& call) : compiled(call.regex) {
    call.steps += call.arguments[0].text().size() / 16;
    if (compiled != nullptr) return;
    RE2::Options options;
    options.set_log_errors(false);
    own = std::make_unique<RE2>(piece(call.arguments[1].text()), options);
    call.steps += 100 + call.arguments[1].text().size();
    if (own->ok()) compiled = own.get();
  }

  const RE2* compiled = nullptr;
  std::unique_ptr<RE2> own;
};

tl::unexpected<std::string> bad_pattern(const Call& call) {
  return tl::unexpected<std::string>(
      fmt::format("\"{}\" is no regular expression", call.arguments[1].text()));
}

Outcome matches(const Call& call) {
  if (!are_texts(call)) return no_overload("matches", call.arguments);
  const Regex regex(call);
  if (regex.compiled == nullptr) return bad_pattern(call);
  return Value(RE2::PartialMatch(piece(call.arguments[0].text()), *regex.compiled));
}

Outcome find_match(const Call& call) {
  if (!are_texts(call)) return no_overload("find", call.arguments);
  const Regex regex(call);
  if (regex.compiled == nullptr) return bad_pattern(call);
  const std::string_view text = call.arguments[0].text();
  re2::StringPiece match;
  if (!regex.compiled->Match(piece(text), 0, text.size(), RE2::UNANCHORED, &match, 1))
    return Value::of_view("");
  return part(call.arguments[0], {match.data(), match.size()});
}

Outcome find_all(const Call& call) {
  const bool limited = call.arguments.size() > 2;
  const auto* const limit = limited ? call.arguments[2].as<std::int64_t>() : nullptr;
  if (call.arguments[0].as<Text>() == nullptr || call.arguments[1].as<Text>() == nullptr ||
      (limited && limit == nullptr))
    return no_overload("findAll", call.arguments);
  const Regex regex(call);
  if (regex.compiled == nullptr) return bad_pattern(call);
  const std::string_view text = call.arguments[0].text();
  Items items;
  re2::StringPiece match;
  std::size_t at = 0;
  while (at <= text.size() &&
         (limit == nullptr || *limit < 0 || static_cast<std::int64_t>(items.size()) < *limit)) {
    if (!regex.compiled->Match(piece(text), at, text.size(), RE2::UNANCHORED, &match, 1)) break;
    items.push_back(part(call.arguments[0], {match.data(), match.size()}));
    const auto end = static_cast<std::size_t>(match.data() - text.data()) + match.size();
    at = match.empty() ? end + 1 : end;
  }
  call.steps += items.size();
  return Value::of_items(std::move(items));
}

Outcome char_at(const Call& call) {
  const auto* const index = call.arguments[1].as<std::int64_t>();
  if (call.arguments[0].as<Text>() == nullptr || index == nullptr)
    return no_overload("charAt", call.arguments);
  const std::string_view text = call.arguments[0].text();
  const auto begin = offset_of(text, *index);
  if (!begin) return out_of_range(*index);
  return part(call.arguments[0],
              text.substr(*begin, offset_of(text.substr(*begin), 1).value_or(0)));
}

// Positions of strings in strings; those in lists are in lists.cc.
Outcome index_of(const Call& call) {
  const auto* const from =
      call.arguments.size() > 2 ? call.arguments[2].as<std::int64_t>() : nullptr;
  const std::string_view text = call.arguments[0].text();
  const auto begin = offset_of(text, from != nullptr ? *from : 0);
  if (!begin) return out_of_range(*from);
  const std::size_t found = text.find(call.arguments[1].text(), *begin);
  if (found == std::string_view::npos) return Value(std::int64_t{-1});
  return Value(length(text.substr(0, found)));
}

Outcome last_index_of(const Call& call) {
  const auto* const from =
      call.arguments.size() > 2 ? call.arguments[2].as<std::int64_t>() : nullptr;
  const std::string_view text = call.arguments[0].text();
  const auto begin = from != nullptr ? offset_of(text, *from) : text.size();
  if (!begin) return out_of_range(*from);
  const std::size_t found = text.rfind(call.arguments[1].text(), *begin);
  if (found == std::string_view::npos) return Value(std::int64_t{-1});
  return Value(length(text.substr(0, found)));
}

Outcome substring(const Call& call) {
  const auto* const from = call.arguments[1].as<std::int64_t>();
  const auto* const to = call.arguments.size() > 2 ? call.arguments[2].as<std::int64_t>() : nullptr;
  if (call.arguments[0].as<Text>() == nullptr || from == nullptr ||
      (call.arguments.size() > 2 && to == nullptr))
    return no_overload("substring", call.arguments);
  const std::string_view text = call.arguments[0].text();
  const auto begin = offset_of(text, *from);
  if (!begin) return out_of_range(*from);
  const auto end = to != nullptr ? offset_of(text, *to) : text.size();
  if (!end || *end < *begin) return out_of_range(to != nullptr ? *to : *from);
  return part(call.arguments[0], text.substr(*begin, *end - *begin));
}

Outcome lower(const Call& call) {
  if (!are_texts(call)) return no_overload("lowerAscii", call.arguments);
  call.steps += call.arguments[0].text().size() / 16;
  return Value::of_text(to_lower(call.arguments[0].text()));
}

Outcome upper(const Call& call) {
  if (!are_texts(call)) return no_overload("upperAscii", call.arguments);
  std::string out(call.arguments[0].text());
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  call.steps += out.size() / 16;
  return Value::of_text(std::move(out));
}

Outcome trim(const Call& call) {
  if (!are_texts(call)) return no_overload("trim", call.arguments);
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::string_view text = call.arguments[0].text();
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return Value::of_view("");
  return part(call.arguments[0], text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

// The number of code points' bytes at the start of a text.
std::size_t first_character(std::string_view text) {
  std::size_t size = text.empty() ? 0 : 1;
  while (size < text.size() && continues(text[size])) ++size;
  return size;
}

Outcome replace(const Call& call) {
  const bool limited = call.arguments.size() > 3;
  const auto* const limit = limited ? call.arguments[3].as<std::int64_t>() : nullptr;
  if (!are_texts({call.arguments.first(3), nullptr, call.steps}) || (limited && limit == nullptr))
    return no_overload("replace", call.arguments);
  std::string_view rest = call.arguments[0].text();
  const std::string_view from = call.arguments[1].text();
  const std::string_view to = call.arguments[2].text();
  std::string out;
  for (std::int64_t count = 0; limit == nullptr || *limit < 0 || count < *limit; ++count) {
    if (from.empty()) {
      // An empty text stands before every character, and behind the last.
      out += to;
      if (rest.empty()) break;
      const std::size_t size = first_character(rest);
      out += rest.substr(0, size);
      rest.remove_prefix(size);
    } else {
      const std::size_t found = rest.find(from);
      if (found == std::string_view::npos) break;
      out += rest.substr(0, found);
      out += to;
      rest.remove_prefix(found + from.size());
    }
    if (out.size() > kMaxText) return tl::unexpected<std::string>("the text gets too long");
  }
  out += rest;
  call.steps += out.size() / 16;
  return Value::of_text(std::move(out));
}

Outcome split_text(const Call& call) {
  const bool limited = call.arguments.size() > 2;
  const auto* const limit = limited ? call.arguments[2].as<std::int64_t>() : nullptr;
  if (call.arguments[0].as<Text>() == nullptr || call.arguments[1].as<Text>() == nullptr ||
      (limited && limit == nullptr))
    return no_overload("split", call.arguments);
  if (limit != nullptr && *limit == 0) return Value::of_items({});
  std::string_view rest = call.arguments[0].text();
  const std::string_view separator = call.arguments[1].text();
  Items items;
  while (limit == nullptr || *limit < 0 || static_cast<std::int64_t>(items.size()) + 1 < *limit) {
    const std::size_t found = separator.empty() ? first_character(rest) : rest.find(separator);
    if (found == std::string_view::npos || (separator.empty() && found >= rest.size())) break;
    items.push_back(part(call.arguments[0], rest.substr(0, found)));
    rest.remove_prefix(found + separator.size());
  }
  if (!separator.empty() || !rest.empty()) items.push_back(part(call.arguments[0], rest));
  call.steps += items.size();
  return Value::of_items(std::move(items));
}

Outcome reverse_text(const Call& call) {
  std::string_view rest = call.arguments[0].text();
  std::string out;
  while (!rest.empty()) {
    const std::size_t size = first_character(rest);
    out.insert(0, rest.substr(0, size));
    rest.remove_prefix(size);
  }
  call.steps += out.size();
  return Value::of_text(std::move(out));
}

Outcome reverse(const Call& call) {
  if (are_texts(call)) return reverse_text(call);
  if (!call.arguments[0].is_list()) return no_overload("reverse", call.arguments);
  Items items;
  for (std::size_t i = call.arguments[0].size(); i > 0; --i)
    items.push_back(call.arguments[0].item(i - 1));
  call.steps += items.size();
  return Value::of_items(std::move(items));
}

Outcome join_texts(const Call& call) {
  const Value& list = call.arguments[0];
  const std::string_view separator = call.arguments.size() > 1 ? call.arguments[1].text() : "";
  if (!list.is_list() || !are_texts(call, 1)) return no_overload("join", call.arguments);
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.item(i);
    if (item.as<Text>() == nullptr) return no_overload("join", call.arguments);
    if (i > 0) out += separator;
    out += item.text();
    if (out.size() > kMaxText) return tl::unexpected<std::string>("the text gets too long");
  }
  call.steps += out.size() / 16;
  return Value::of_text(std::move(out));
}

Outcome position(const Call& call, Outcome (*in_text)(const Call&), bool last) {
  const bool text_form =
      call.arguments[0].as<Text>() != nullptr && call.arguments[1].as<Text>() != nullptr &&
      (call.arguments.size() < 3 || call.arguments[2].as<std::int64_t>() != nullptr);
  if (text_form) return in_text(call);
  const Value& list = call.arguments[0];
  if (!list.is_list() || call.arguments.size() > 2)
    return no_overload(last ? "lastIndexOf" : "indexOf", call.arguments);
  std::int64_t found = -1;
  for (std::size_t i = 0; i < list.size() && (last || found < 0); ++i)
    if (equal(list.item(i), call.arguments[1])) found = static_cast<std::int64_t>(i);
  call.steps += list.size();
  return Value(found);
}

Outcome index_of_any(const Call& call) {
  return position(call, index_of, false);
}

Outcome last_index_of_any(const Call& call) {
  return position(call, last_index_of, true);
}

constexpr Function kFunctions[] = {
    {"contains", true, 2, 2, contains},      {"startsWith", true, 2, 2, starts_with},
    {"endsWith", true, 2, 2, ends_with},     {"matches", true, 2, 2, matches, true},
    {"matches", false, 2, 2, matches, true}, {"find", true, 2, 2, find_match, true},
    {"findAll", true, 2, 3, find_all, true}, {"charAt", true, 2, 2, char_at},
    {"indexOf", true, 2, 3, index_of_any},   {"lastIndexOf", true, 2, 3, last_index_of_any},
    {"substring", true, 2, 3, substring},    {"lowerAscii", true, 1, 1, lower},
    {"upperAscii", true, 1, 1, upper},       {"trim", true, 1, 1, trim},
    {"replace", true, 3, 4, replace},        {"split", true, 2, 3, split_text},
    {"reverse", true, 1, 1, reverse},        {"join", true, 1, 2, join_texts},
};

}  // namespace

std::span<const Function> string_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
