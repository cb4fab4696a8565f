#include "lib/cel/functions.h"

#include <fmt/format.h>

namespace egressctl::cel {
namespace {

template <typename Matches>
const Function* first(const Matches& matches) {
  for (const std::span<const Function> family :
       {string_functions(), conversion_functions(), list_functions(), time_functions(),
        url_functions(), network_functions(), quantity_functions()})
    for (const Function& function : family)
      if (matches(function)) return &function;
  return nullptr;
}

}  // namespace

const Function* find_function(std::string_view name, bool method, std::size_t count) {
  return first([&](const Function& function) {
    return function.name == name && function.method == method && count >= function.arguments_min &&
           count <= function.arguments_max;
  });
}

bool is_function(std::string_view name, bool method) {
  return first([&](const Function& function) {
           return function.name == name && function.method == method;
         }) != nullptr;
}

tl::unexpected<std::string> no_overload(std::string_view name, std::span<const Value> arguments) {
  std::string types;
  for (const Value& argument : arguments) {
    if (!types.empty()) types += ", ";
    types += type_name(argument);
  }
  return tl::unexpected<std::string>(fmt::format("\"{}\" does not take ({})", name, types));
}

}  // namespace egressctl::cel
