// The built-in schemas against Istio's CRDs and the table of kinds.
#include "lib/resource/schema/tables.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/resource/crd.h"
#include "lib/resource/kinds.h"
#include "lib/resource/schema/notation.h"
#include "lib/resource/test_resources.h"
#include "lib/testing/files.h"

namespace egressctl::resource {
namespace {

bool has_rule_on(const Schema& schema, std::string_view part) {
  return std::any_of(schema.rules.begin(), schema.rules.end(), [&](const Rule& rule) {
    return rule.condition.find(part) != std::string::npos;
  });
}

std::string text_of(const Bounds& bounds) {
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string("-");
  };
  return number(bounds.minimum) + ".." + number(bounds.maximum);
}

// Lists how our schema differs from a CRD's. What a CRD says in CEL, ours may say as a duration,
// a range, words or excluding fields.
class Comparison {
 public:
  void compare(const std::string& path, const Schema& crd, const Schema& ours) {
    const bool seen = !compared_.insert({&crd, &ours}).second;
    if (seen) return;
    if (crd.type != ours.type || crd.open != ours.open) differ(path, "type");
    scalars(path, crd, ours);
    for (const auto& group : crd.at_most_one)
      if (std::find(ours.at_most_one.begin(), ours.at_most_one.end(), group) ==
              ours.at_most_one.end() &&
          std::none_of(ours.at_most_one.begin(), ours.at_most_one.end(), [&](const auto& larger) {
            return std::includes(larger.begin(), larger.end(), group.begin(), group.end());
          }))
        differ(path, "excluding fields");
    const bool same_keys =
        std::includes(ours.keys.begin(), ours.keys.end(), crd.keys.begin(), crd.keys.end());
    if (!same_keys || crd.distinct != ours.distinct) differ(path, "keys");
    if (!crd.all_of.empty() || !crd.any_of.empty() || !crd.one_of.empty() || crd.none_of != nullptr)
      differ(path, "alternatives");
    const bool said = !ours.rules.empty() || ours.at_most_one.size() > crd.at_most_one.size() ||
                      ours.keys.size() > crd.keys.size() || ours.format == Format::IstioDuration ||
                      ours.words != crd.words || text_of(ours.bounds) != text_of(crd.bounds);
    if (said == crd.rules.empty()) differ(path, "rules");
    fields(path, crd, ours);
    if ((crd.items == nullptr) != (ours.items == nullptr)) {
      const Schema* lone = crd.items != nullptr ? crd.items : ours.items;
      if (lone->type != Type::Any) differ(path, "items");
    } else if (crd.items != nullptr) {
      compare(path + "[]", *crd.items, *ours.items);
    }
  }

  [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }
  [[nodiscard]] std::size_t fields_compared() const { return fields_; }

 private:
  void scalars(const std::string& path, const Schema& crd, const Schema& ours) {
    const bool duration = has_rule_on(crd, "duration(self)");
    const Format format = duration ? Format::IstioDuration : crd.format;
    if (format != ours.format) differ(path, "format");
    const bool port = has_rule_on(crd, "self <= 65535");
    if ((port ? "1..65535" : text_of(crd.bounds)) != text_of(ours.bounds))
      differ(path, fmt::format("bounds {} are {}", text_of(crd.bounds), text_of(ours.bounds)));
    if (crd.words != ours.words && !has_rule_on(crd, "self in [")) differ(path, "words");
    const auto pattern = [](const Schema& s) { return s.pattern ? s.pattern->text : ""; };
    if (pattern(crd) != pattern(ours)) differ(path, "pattern");
  }

  void fields(const std::string& path, const Schema& crd, const Schema& ours) {
    for (const Property& property : crd.properties) {
      ++fields_;
      const Property* own = ours.find(property.name);
      const std::string at = path + "." + property.name;
      if (own == nullptr) {
        differ(at, "missing");
        continue;
      }
      if (own->required != property.required) differ(at, "required");
      compare(at, *property.schema, *own->schema);
    }
    for (const Property& property : ours.properties)
      if (crd.find(property.name) == nullptr) differ(path + "." + property.name, "invented");
  }

  void differ(const std::string& path, const std::string& what) {
    differences_.push_back(path + ": " + what);
  }

  std::set<std::pair<const Schema*, const Schema*>> compared_;
  std::vector<std::string> differences_;
  std::size_t fields_ = 0;
};

}  // namespace

TEST_CASE("tables: they are well-formed, and every name they use is defined") {
  SchemaSet schemas;
  for (const EmbeddedFile& file : embedded_schemas()) {
    CAPTURE(file.name);
    const auto done = read_notation(file.text, schemas);
    const std::string message = done ? "" : done.error().message;
    CHECK(message == "");
  }
  CHECK(schemas.undefined_names() == std::vector<std::string>());
}

TEST_CASE("tables: the versions of a kind are those of the table of kinds") {
  for (const KindInfo& info : all_kinds()) {
    const KindSchema* schema = built_in_schemas().find(info.group, info.name);
    if (schema == nullptr) continue;
    CAPTURE(info.name);
    std::set<std::string_view> versions;
    for (const SchemaVersion& version : schema->versions) versions.insert(version.name);
    CHECK(versions == std::set<std::string_view>(info.versions.begin(), info.versions.end()));
  }
}

TEST_CASE("tables: Istio's CRDs have the same fields, words, bounds and patterns") {
  const std::filesystem::path path = testing::shared() / "anchors" / "istio-crds.yaml";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no reference data at \"" << path.string() << "\"");
    return;
  }
  const Source source("istio-crds.yaml", testing::read_file(path));
  Diagnostics findings;
  const std::vector<yaml::Document> documents = yaml::load(source, findings);
  SchemaSet crds;
  read_crds(documents, crds, findings);
  for (const Diagnostic& finding : findings) FAIL_CHECK(finding.message);
  CHECK(crds.kinds().size() == 15);
  Comparison comparison;
  for (const KindSchema& crd : crds.kinds()) {
    const KindSchema* ours = built_in_schemas().find(crd.group, crd.name);
    CAPTURE(crd.name);
    REQUIRE(ours != nullptr);
    CHECK(ours->versions.size() == crd.versions.size());
    for (const SchemaVersion& version : crd.versions) {
      const SchemaVersion* own = ours->find(version.name);
      REQUIRE(own != nullptr);
      comparison.compare(fmt::format("{}/{}", crd.name, version.name), *version.root, *own->root);
    }
  }
  for (const std::string& difference : comparison.differences()) FAIL_CHECK(difference);
  MESSAGE(comparison.fields_compared() << " fields compared");
  CHECK(comparison.fields_compared() > 1000);
}

}  // namespace egressctl::resource
