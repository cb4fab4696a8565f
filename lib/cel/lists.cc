// Methods of lists, and sets.
#include <algorithm>
#include <limits>
#include <utility>

#include "lib/cel/functions.h"
#include "lib/cel/operators.h"
#include "lib/cel/program.h"

namespace egressctl::cel {
namespace {

Items items_of(const Value& list) {
  Items items;
  items.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) items.push_back(list.item(i));
  return items;
}

Outcome is_sorted(const Call& call) {
  const Value& list = call.arguments[0];
  if (!list.is_list()) return no_overload("isSorted", call.arguments);
  call.steps += list.size();
  for (std::size_t i = 1; i < list.size(); ++i)
    if (compare(list.item(i - 1), list.item(i)) > 0) return Value(false);
  return Value(true);
}

Outcome sum(const Call& call) {
  const Value& list = call.arguments[0];
  if (!list.is_list()) return no_overload("sum", call.arguments);
  call.steps += list.size();
  if (list.size() == 0) return Value(std::int64_t{0});
  Value total = list.item(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    auto next = apply_operator(Op::Add, total, list.item(i));
    if (!next) return next;
    total = std::move(*next);
  }
  return total;
}

Outcome extreme(const Call& call, int wanted) {
  const Value& list = call.arguments[0];
  if (!list.is_list()) return no_overload(wanted < 0 ? "min" : "max", call.arguments);
  if (list.size() == 0) return tl::unexpected<std::string>("the list is empty");
  call.steps += list.size();
  Value best = list.item(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    const Value item = list.item(i);
    const int order = compare(item, best);
    if (order == wanted) best = item;
  }
  return best;
}

Outcome minimum(const Call& call) {
  return extreme(call, -1);
}

Outcome maximum(const Call& call) {
  return extreme(call, 1);
}

bool contains_item(const Value& list, const Value& item) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (equal(list.item(i), item)) return true;
  return false;
}

bool contains_all(const Call& call, const Value& list, const Value& items) {
  call.steps += list.size() * items.size();
  if (call.steps > kMaxSteps) return false;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!contains_item(list, items.item(i))) return false;
  return true;
}

Outcome sets_contains(const Call& call) {
  if (!call.arguments[0].is_list() || !call.arguments[1].is_list())
    return no_overload("sets.contains", call.arguments);
  return Value(contains_all(call, call.arguments[0], call.arguments[1]));
}

Outcome sets_equivalent(const Call& call) {
  if (!call.arguments[0].is_list() || !call.arguments[1].is_list())
    return no_overload("sets.equivalent", call.arguments);
  return Value(contains_all(call, call.arguments[0], call.arguments[1]) &&
               contains_all(call, call.arguments[1], call.arguments[0]));
}

Outcome sets_intersects(const Call& call) {
  const Value& a = call.arguments[0];
  const Value& b = call.arguments[1];
  if (!a.is_list() || !b.is_list()) return no_overload("sets.intersects", call.arguments);
  call.steps += a.size() * b.size();
  if (call.steps > kMaxSteps) return Value(false);
  for (std::size_t i = 0; i < b.size(); ++i)
    if (contains_item(a, b.item(i))) return Value(true);
  return Value(false);
}

Outcome distinct(const Call& call) {
  const Value& list = call.arguments[0];
  if (!list.is_list()) return no_overload("distinct", call.arguments);
  call.steps += list.size() * list.size();
  if (call.steps > kMaxSteps) return Value::of_items({});
  Items items;
  for (Value& item : items_of(list))
    if (std::none_of(items.begin(), items.end(),
                     [&](const Value& known) { return equal(known, item); }))
      items.push_back(std::move(item));
  return Value::of_items(std::move(items));
}

Outcome sort(const Call& call) {
  if (!call.arguments[0].is_list()) return no_overload("sort", call.arguments);
  Items items = items_of(call.arguments[0]);
  call.steps += items.size() * 8;
  std::stable_sort(items.begin(), items.end(),
                   [](const Value& a, const Value& b) { return compare(a, b) == -1; });
  return Value::of_items(std::move(items));
}

void flatten_into(const Value& list, std::int64_t depth, Items& out) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    Value item = list.item(i);
    if (item.is_list() && depth > 0)
      flatten_into(item, depth - 1, out);
    else
      out.push_back(std::move(item));
  }
}

Outcome flatten(const Call& call) {
  const auto* const depth =
      call.arguments.size() > 1 ? call.arguments[1].as<std::int64_t>() : nullptr;
  if (!call.arguments[0].is_list() || (call.arguments.size() > 1 && depth == nullptr))
    return no_overload("flatten", call.arguments);
  Items items;
  flatten_into(call.arguments[0], depth != nullptr ? *depth : 1, items);
  call.steps += items.size();
  return Value::of_items(std::move(items));
}

Outcome slice(const Call& call) {
  const Value& list = call.arguments[0];
  const auto* const from = call.arguments[1].as<std::int64_t>();
  const auto* const to = call.arguments[2].as<std::int64_t>();
  if (!list.is_list() || from == nullptr || to == nullptr)
    return no_overload("slice", call.arguments);
  if (*from < 0 || *to < *from || static_cast<std::size_t>(*to) > list.size())
    return tl::unexpected<std::string>("index out of bounds");
  Items items;
  for (std::int64_t i = *from; i < *to; ++i)
    items.push_back(list.item(static_cast<std::size_t>(i)));
  call.steps += items.size();
  return Value::of_items(std::move(items));
}

Outcome end_item(const Call& call, bool last) {
  const Value& list = call.arguments[0];
  if (!list.is_list()) return no_overload(last ? "last" : "first", call.arguments);
  if (list.size() == 0) return Value(std::make_shared<const Optional>());
  return Value(
      std::make_shared<const Optional>(Optional{true, list.item(last ? list.size() - 1 : 0)}));
}

Outcome first_item(const Call& call) {
  return end_item(call, false);
}

Outcome last_item(const Call& call) {
  return end_item(call, true);
}

constexpr Function kFunctions[] = {
    {"isSorted", true, 1, 1, is_sorted},
    {"sum", true, 1, 1, sum},
    {"min", true, 1, 1, minimum},
    {"max", true, 1, 1, maximum},
    {"sets.contains", false, 2, 2, sets_contains},
    {"sets.equivalent", false, 2, 2, sets_equivalent},
    {"sets.intersects", false, 2, 2, sets_intersects},
    {"distinct", true, 1, 1, distinct},
    {"sort", true, 1, 1, sort},
    {"flatten", true, 1, 2, flatten},
    {"slice", true, 3, 3, slice},
    {"first", true, 1, 1, first_item},
    {"last", true, 1, 1, last_item},
};

}  // namespace

std::span<const Function> list_functions() {
  return kFunctions;
}

}  // namespace egressctl::cel
