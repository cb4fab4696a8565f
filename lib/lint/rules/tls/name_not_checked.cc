// EGR0408 name-not-checked
#include <algorithm>

#include "lib/lint/rules/tls/client_tls.h"
#include "lib/lint/rules/tls/tls.h"
#include "lib/yaml/edit.h"
#include "lib/yaml/emit.h"

namespace egressctl::lint::rules {
namespace {

constexpr RuleId kId{"EGR0408", "name-not-checked", Severity::Warning};
constexpr std::string_view kReferences[] = {
    "istio/istio#50193",
    "https://istio.io/latest/docs/reference/config/networking/destination-rule/"
    "#ClientTLSSettings"};

// istiod fills in the names of a ServiceEntry, and compares names itself where a cluster resolves
// the name in the connection.
bool is_checked_otherwise(const mesh::Mesh& mesh, const std::string& host) {
  const auto& services = mesh.registry().named(host);
  return std::any_of(services.begin(), services.end(), [](const mesh::Service* service) {
    return service->entry != nullptr &&
           (!service->entry->subject_alt_names->empty() ||
            *service->entry->resolution == resource::Resolution::DynamicDns);
  });
}

void check_tls(const resource::Resource& resource, const ClientTls& tls, Diagnostics& out) {
  if (!originates(tls) || tls->sni->empty() || !tls->subject_alt_names->empty() ||
      *tls->insecure_skip_verify)
    return;
  auto finding = out.report(kId, tls.key,
                            "the settings have \"sni\" and no \"subjectAltNames\", so any "
                            "certificate of a trusted authority passes for \"{}\"",
                            *tls->sni);
  finding.field(tls_field(resource, tls, "subjectAltNames"))
      .related(tls->sni.range, "the name that is asked for")
      .help(fmt::format("add subjectAltNames: [{}]", *tls->sni));
  const std::string names = yaml::emit_flow(yaml::Value::Sequence{*tls->sni}, 0, 2, 1000);
  if (const auto edit = yaml::insert_entry(*tls.node, "subjectAltNames", names))
    finding.fix({.title = "check the name in the certificate", .safe = false, .edits = {*edit}});
}

void check(const Context& in, Diagnostics& out) {
  for (const mesh::Rule& rule : in.mesh().rules().all()) {
    bool checked_otherwise = false;
    bool asked = false;
    for_each_client_tls(*rule.rule, [&](const ClientTls& tls) {
      if (!asked) checked_otherwise = is_checked_otherwise(in.mesh(), rule.host);
      asked = true;
      if (!checked_otherwise) check_tls(*rule.resource, tls, out);
    });
  }
}

}  // namespace

const Rule kNameNotChecked{
    .info = {.id = kId,
             .summary = "TLS to a server whose name is not checked",
             .why = "The proxy compares the certificate with the host by itself only where neither "
                    "`sni` nor `subjectAltNames` is set. With `sni` alone it checks who signed the "
                    "certificate, not whose it is, so anyone in between with a certificate of "
                    "their own can read along.",
             .mend = "Add the name to `subjectAltNames`.",
             .references = kReferences},
    .check = check};

}  // namespace egressctl::lint::rules
