// The expression becomes a nondeterministic automaton (Thompson's construction), the subject a
// small deterministic one; the expression never matches when no path through both leads to their
// ends. What an assertion asks of the character before is known on the way, and what it asks of the
// next one is carried along.
#include "lib/resource/validation/regex_language.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/resource/validation/regex_syntax.h"

namespace egressctl::resource::validation {
namespace {

constexpr std::size_t kMaxStates = 20'000;

struct State {
  enum class Kind : std::uint8_t { Take, Assert, Fork, End };
  Kind kind = Kind::End;
  CodePoints set;
  Assertion assertion = Assertion::TextStart;
  std::size_t next = 0;
  std::size_t other = 0;  // of a Fork
};

class Automaton {
 public:
  // std::nullopt when it would be too large.
  static std::optional<Automaton> of(const Expression& expression) {
    Automaton out;
    out.states_.emplace_back();  // the end
    out.start_ = out.build(expression, 0);
    if (out.states_.size() > kMaxStates) return std::nullopt;
    return out;
  }

  [[nodiscard]] const State& operator[](std::size_t i) const { return states_[i]; }
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  std::size_t add(State state) {
    states_.push_back(std::move(state));
    return states_.size() - 1;
  }

  // The state from which `expression` leads to `next`.
  std::size_t build(const Expression& expression, std::size_t next) {
    if (states_.size() > kMaxStates) return next;
    switch (expression.kind) {
      case Expression::Kind::Set: return add({State::Kind::Take, expression.set, {}, next, 0});
      case Expression::Kind::Assert:
        return add({State::Kind::Assert, {}, expression.assertion, next, 0});
      case Expression::Kind::Sequence: {
        for (auto part = expression.parts.rbegin(); part != expression.parts.rend(); ++part)
          next = build(*part, next);
        return next;
      }
      case Expression::Kind::Choice: {
        std::size_t out = build(expression.parts.back(), next);
        for (std::size_t i = expression.parts.size() - 1; i-- > 0;)
          out = add({State::Kind::Fork, {}, {}, build(expression.parts[i], next), out});
        return out;
      }
      case Expression::Kind::Repeat: return repeat(expression, next);
    }
    return next;
  }

  std::size_t repeat(const Expression& expression, std::size_t next) {
    const Expression& part = expression.parts.front();
    std::size_t out = next;
    if (expression.most < 0) {
      out = add({State::Kind::Fork, {}, {}, 0, next});
      const std::size_t body = build(part, out);
      states_[out].next = body;
    }
    for (int i = expression.least; i < expression.most && states_.size() <= kMaxStates; ++i) {
      const std::size_t body = build(part, out);
      out = add({State::Kind::Fork, {}, {}, body, next});
    }
    for (int i = 0; i < expression.least && states_.size() <= kMaxStates; ++i)
      out = build(part, out);
    return out;
  }

  std::vector<State> states_;
  std::size_t start_ = 0;
};

// The texts of a subject: from state 0 on, by characters.
struct Language {
  struct Step {
    CodePoints set;
    std::size_t next;
  };
  std::vector<std::vector<Step>> steps;
  std::vector<bool> ends;
};

Language word_language(std::initializer_list<std::string_view> words) {
  Language out{{{}}, {false}};
  for (const std::string_view word : words) {
    std::size_t at = 0;
    for (const char c : word) {
      const auto code = static_cast<unsigned char>(c);
      out.steps[at].push_back({{{code, code}}, out.steps.size()});
      at = out.steps.size();
      out.steps.emplace_back();
      out.ends.push_back(false);
    }
    out.ends[at] = true;
  }
  return out;
}

Language language_of(Subject subject) {
  const CodePoints broken = {{0, 0}, {'\n', '\n'}, {'\r', '\r'}};
  switch (subject) {
    case Subject::Scheme: return word_language({"http", "https"});
    case Subject::Path: {
      CodePoints cut = broken;
      cut.add('?', '?');
      cut.add('#', '#');
      // "*" is the path of "OPTIONS *".
      return {{{{{{'/', '/'}}, 1}, {{{'*', '*'}}, 2}}, {{cut.inverse(), 1}}, {}},
              {false, true, true}};
    }
    case Subject::Header: return {{{{broken.inverse(), 0}}}, {true}};
    case Subject::Any: break;
  }
  return {{{{CodePoints::all(), 0}}}, {true}};
}

// What may stand at a place, one bit each.
enum Place : std::uint8_t { kEdge = 1, kWord = 2, kOther = 4, kLineBreak = 8, kAnything = 15 };

const CodePoints& set_of(Place place) {
  static const CodePoints kWords = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  static const CodePoints kBreaks = {{'\n', '\n'}};
  static const CodePoints kOthers = [] {
    CodePoints all = kWords;
    all.add(kBreaks);
    return all.inverse();
  }();
  return place == kWord ? kWords : place == kLineBreak ? kBreaks : kOthers;
}

// What an assertion leaves of the next place; 0: it does not hold here.
std::uint8_t behind(Assertion assertion, Place before, std::uint8_t next) {
  const auto only = [next](int places) { return static_cast<std::uint8_t>(next & places); };
  switch (assertion) {
    case Assertion::TextStart: return before == kEdge ? next : std::uint8_t{0};
    case Assertion::LineStart:
      return before == kEdge || before == kLineBreak ? next : std::uint8_t{0};
    case Assertion::TextEnd: return only(kEdge);
    case Assertion::LineEnd: return only(kEdge | kLineBreak);
    case Assertion::WordBoundary:
      return only(before == kWord ? kEdge | kOther | kLineBreak : int{kWord});
    case Assertion::NoWordBoundary:
      return only(before == kWord ? int{kWord} : kEdge | kOther | kLineBreak);
  }
  return 0;
}

class Search {
 public:
  Search(const Automaton& automaton, const Language& language)
      : automaton_(automaton), language_(language) {}

  // Whether some text of the language is matched.
  bool finds() {
    push({automaton_.start(), 0, kEdge, kAnything});
    while (!open_.empty()) {
      const Point point = open_.back();
      open_.pop_back();
      const State& state = automaton_[point.state];
      switch (state.kind) {
        case State::Kind::End:
          if ((point.next & kEdge) != 0 && language_.ends[point.text]) return true;
          break;
        case State::Kind::Fork:
          push({state.next, point.text, point.before, point.next});
          push({state.other, point.text, point.before, point.next});
          break;
        case State::Kind::Assert:
          push({state.next, point.text, point.before,
                behind(state.assertion, point.before, point.next)});
          break;
        case State::Kind::Take: take(point, state); break;
      }
    }
    return false;
  }

 private:
  struct Point {
    std::size_t state;
    std::size_t text;  // state of the language
    Place before;
    std::uint8_t next;
  };

  void take(const Point& point, const State& state) {
    for (const Language::Step& step : language_.steps[point.text]) {
      const CodePoints both = state.set.common(step.set);
      for (const Place place : {kWord, kOther, kLineBreak})
        if ((point.next & place) != 0 && both.meets(set_of(place)))
          push({state.next, step.next, place, kAnything});
    }
  }

  void push(const Point& point) {
    if (point.next == 0) return;
    const std::size_t key =
        ((point.state * language_.steps.size() + point.text) * 16 + point.before) * 16 + point.next;
    if (seen_.insert(key).second) open_.push_back(point);
  }

  const Automaton& automaton_;
  const Language& language_;
  std::vector<Point> open_;
  std::unordered_set<std::size_t> seen_;
};

}  // namespace

bool never_matches(std::string_view pattern, Subject subject, Extent extent) {
  auto expression = parse_regex(pattern);
  if (!expression) return false;
  if (extent == Extent::Part) {
    Expression anything;
    anything.kind = Expression::Kind::Set;
    anything.set = CodePoints::all();
    Expression around;
    around.kind = Expression::Kind::Repeat;
    around.parts.push_back(std::move(anything));
    Expression whole;
    whole.parts = {around, *std::move(expression), around};
    expression = std::move(whole);
  }
  const auto automaton = Automaton::of(*expression);
  if (!automaton) return false;
  const Language language = language_of(subject);
  return !Search(*automaton, language).finds();
}

}  // namespace egressctl::resource::validation
