// Ports of a Service that the API server refuses.
//
// Source: kubernetes/kubernetes pkg/apis/core/validation/validation.go (ValidateService,
// validateServicePort).
#include "lib/resource/service.h"

#include <map>
#include <string>
#include <utility>

#include "lib/base/host_name.h"
#include "lib/resource/validation/kubernetes.h"

namespace egressctl::resource::validation {

void check_service(Report& report, const Service& service) {
  const bool several = service.ports->size() > 1;
  std::map<std::string_view, const Text*> names;
  std::map<std::pair<std::int64_t, std::string_view>, const Positioned<ServicePort>*> numbers;
  for (const Positioned<ServicePort>& port : *service.ports) {
    const Text& name = port->name;
    if (name->empty() && several)
      report
          .refused(kInvalidService, port->port.present() ? port->port.range : port.range,
                   "port {} has no name: the API server refuses several ports without names",
                   *port->port)
          .help("name it after its protocol, as in \"tls\" or \"http-web\"");
    if (!name->empty() && !is_dns_label(*name))
      report.refused(kInvalidService, name.range, "\"{}\" is no name of a Service's port", *name)
          .help("use at most 63 of a-z, 0-9 and \"-\", with a letter or digit at both ends");
    if (const auto [first, added] = names.try_emplace(*name, &name); !added && !name->empty())
      report.refused(kInvalidService, name.range, "two ports have the name \"{}\"", *name)
          .related(first->second->range, "the other one");
    const std::string_view written = *port->protocol;
    const std::string_view protocol = written.empty() ? "TCP" : written;
    if (const auto [first, added] = numbers.try_emplace({*port->port, protocol}, &port);
        !added && port->port.present())
      report
          .refused(kInvalidService, port->port.range, "port {} is there twice for {}", *port->port,
                   protocol)
          .related(first->second->range, "the other one");
    check_port_name(report, kInvalidService, port->target_port);
  }
}

}  // namespace egressctl::resource::validation
