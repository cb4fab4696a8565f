#include "lib/topology/patch_listeners.h"

#include <algorithm>

#include "lib/base/text.h"
#include "lib/topology/patch_list.h"

namespace egressctl::topology {
namespace {

using resource::ApplyTo;
using resource::PatchContext;
using resource::PatchOperation;

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_virtual(const Listener& listener) {
  return listener.name == kVirtualInbound || listener.name == kVirtualOutbound;
}

bool matches(const Patch& patch, const Listener& listener) {
  const auto& match = patch.match().listener;
  if (!match.present()) return true;
  if (!match->name->empty() && *match->name != listener.name) return false;
  // Those two take every port; the ports are in their chains.
  if (patch.apply_to() != ApplyTo::Listener && is_virtual(listener)) return true;
  return *match->port_number == 0 || *match->port_number == listener.port;
}

bool matches(const Patch& patch, const Listener& listener, const FilterChain& chain) {
  const auto& match = patch.match().listener;
  if (!match.present()) return true;
  if (is_virtual(listener) && *match->port_number > 0 &&
      chain.match.destination_port.value_or(0) != *match->port_number)
    return false;
  if (!match->filter_chain.present()) return true;
  const resource::FilterChainMatch& wanted = *match->filter_chain;
  const auto protocols = split(*wanted.application_protocols, ',');
  return (wanted.name->empty() || *wanted.name == chain.name) &&
         (wanted.sni->empty() || contains(chain.match.server_names, *wanted.sni)) &&
         (wanted.transport_protocol->empty() ||
          *wanted.transport_protocol == chain.match.transport_protocol) &&
         (wanted.application_protocols->empty() ||
          std::all_of(protocols.begin(), protocols.end(),
                      [&](std::string_view protocol) {
                        return contains(chain.match.application_protocols, protocol);
                      })) &&
         (*wanted.destination_port <= 0 ||
          chain.match.destination_port == *wanted.destination_port);
}

bool names_filter(const Patch& patch) {
  const auto& match = patch.match().listener;
  return match.present() && match->filter_chain.present() && match->filter_chain->filter.present();
}

bool matches(const Patch& patch, const NetworkFilter& filter) {
  return !names_filter(patch) || *patch.match().listener->filter_chain->filter->name == filter.name;
}

class Patcher {
 public:
  Patcher(const std::vector<Patch>& patches, PatchContext context) {
    for (const Patch& patch : patches)
      if (patch.in(context)) patches_.push_back(&patch);
  }

  // False when the listener is to go.
  bool patch(Listener& listener) const {
    for (const Patch* patch : patches_) {
      if (patch->apply_to() != ApplyTo::Listener || !matches(*patch, listener)) continue;
      if (patch->operation == PatchOperation::Remove) return false;
      if (is_merge(patch->operation)) value_of(*patch).merge_into(listener);
    }
    patch_listener_filters(listener);
    std::erase_if(listener.filter_chains,
                  [&](FilterChain& chain) { return !patch_chain(listener, chain); });
    if (listener.default_filter_chain && !patch_chain(listener, *listener.default_filter_chain))
      listener.default_filter_chain.reset();
    for (const Patch* patch : patches_)
      if (patch->apply_to() == ApplyTo::FilterChain && patch->operation == PatchOperation::Add &&
          matches(*patch, listener))
        listener.filter_chains.push_back(value_of(*patch).made<FilterChain>());
    return true;
  }

  void add(PatchContext context, std::vector<Listener>& listeners) const {
    for (const Patch* patch : patches_) {
      if (patch->apply_to() != ApplyTo::Listener || patch->operation != PatchOperation::Add)
        continue;
      if (*patch->match().context == PatchContext::Any && context == PatchContext::SidecarInbound)
        continue;
      listeners.push_back(value_of(*patch).made<Listener>());
    }
  }

 private:
  void patch_listener_filters(Listener& listener) const {
    for (const Patch* patch : patches_) {
      if (patch->apply_to() != ApplyTo::ListenerFilter || !matches(*patch, listener)) continue;
      const auto& match = patch->match().listener;
      const std::string_view name =
          match.present() ? std::string_view(*match->listener_filter) : std::string_view();
      edit_list(
          *patch, !name.empty(), [&](const ListenerFilter& filter) { return filter.name == name; },
          listener.listener_filters);
    }
  }

  // False when the chain is to go.
  bool patch_chain(const Listener& listener, FilterChain& chain) const {
    if (chain.filters.empty()) return true;
    for (const Patch* patch : patches_) {
      if (patch->apply_to() != ApplyTo::FilterChain || !matches(*patch, listener) ||
          !matches(*patch, listener, chain))
        continue;
      if (patch->operation == PatchOperation::Remove) return false;
      if (is_merge(patch->operation)) merge(*patch, chain);
    }
    patch_filters(listener, chain);
    return true;
  }

  // A patch to the TLS of a chain that ends TLS does nothing else.
  static void merge(const Patch& patch, FilterChain& chain) {
    const PatchValue value = value_of(patch);
    const yaml::Node* socket = value.transport_socket();
    if (socket != nullptr && chain.tls && PatchValue::is_tls(*socket)) {
      value.part(*socket).merge_into(*chain.tls);
    } else {
      value.merge_into(chain);
    }
  }

  void patch_filters(const Listener& listener, FilterChain& chain) const {
    const auto fitting = fitting_for(ApplyTo::NetworkFilter, listener, chain);
    for (const Patch* patch : fitting)
      edit_list(
          *patch, names_filter(*patch),
          [&](const NetworkFilter& filter) { return matches(*patch, filter); }, chain.filters);
    for (NetworkFilter& filter : chain.filters)
      for (const Patch* patch : fitting)
        if (patch->operation == PatchOperation::Merge && matches(*patch, filter))
          value_of(*patch).merge_into(filter);
    for (NetworkFilter& filter : chain.filters)
      if (filter.name == kHttpConnectionManager)
        add_http_filters(fitting_for(ApplyTo::HttpFilter, listener, chain), filter);
  }

  [[nodiscard]] std::vector<const Patch*> fitting_for(ApplyTo target, const Listener& listener,
                                                      const FilterChain& chain) const {
    std::vector<const Patch*> out;
    for (const Patch* patch : patches_)
      if (patch->apply_to() == target && matches(*patch, listener) &&
          matches(*patch, listener, chain))
        out.push_back(patch);
    return out;
  }

  // Those that change what is there already, or take it away, find nothing that decides.
  static void add_http_filters(const std::vector<const Patch*>& fitting, NetworkFilter& manager) {
    for (const Patch* patch : fitting) {
      if (is_merge(patch->operation) || patch->operation == PatchOperation::Remove ||
          !matches(*patch, manager))
        continue;
      const yaml::Node* name = patch->value() != nullptr ? patch->value()->find("name") : nullptr;
      if (name != nullptr)
        manager.http_filters.push_back({std::string(name->scalar), {patch->cause()}});
    }
  }

  std::vector<const Patch*> patches_;
};

}  // namespace

void patch_listeners(const std::vector<Patch>& patches, PatchContext context, bool adds,
                     std::vector<Listener>& listeners) {
  const Patcher patcher(patches, context);
  std::erase_if(listeners, [&](Listener& listener) { return !patcher.patch(listener); });
  if (adds) patcher.add(context, listeners);
}

}  // namespace egressctl::topology
