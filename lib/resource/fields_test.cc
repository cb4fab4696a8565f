#include "lib/resource/fields.h"

#include <memory>

#include <doctest/doctest.h>

#include "lib/resource/test_resources.h"

namespace egressctl::resource {
namespace {

// A mapping to read fields of, with the findings so far.
struct Mapping {
  explicit Mapping(std::string text) : source("in.yaml", std::move(text)) {
    documents = yaml::load(source, findings);
    REQUIRE(findings.empty());
    REQUIRE(documents.size() == 1);
    fields = std::make_unique<Fields>(documents[0].root(), context);
  }

  std::string messages() const {
    std::string out;
    for (const Diagnostic& finding : findings)
      out += fmt::format("{} {}\n", at(finding.range), finding.message);
    return out;
  }

  Source source;
  Diagnostics findings;
  ReadContext context{.diagnostics = findings, .resource = {}, .asked = nullptr};
  std::vector<yaml::Document> documents;
  std::unique_ptr<Fields> fields;
};

}  // namespace

TEST_CASE("fields: a string is a scalar that kubectl sends as one") {
  const Mapping in("{a: word, b: \"8443\", c: 'yes', d: !!str 7, e: 2026-01-02, f: ''}");
  CHECK(*in.fields->text("a") == "word");
  CHECK(*in.fields->text("b") == "8443");
  CHECK(*in.fields->text("c") == "yes");
  CHECK(*in.fields->text("d") == "7");
  CHECK(*in.fields->text("e") == "2026-01-02");
  CHECK(in.fields->text("f").present());
  CHECK(in.messages().empty());
}

TEST_CASE(
    "fields: a bool or number for a string is a finding that says how to quote, its text kept") {
  const Mapping in("{a: 8443, b: yes, c: 1.0, d: true, e: [x]}");
  CHECK(*in.fields->text("a") == "8443");
  CHECK(*in.fields->text("b") == "yes");
  CHECK(*in.fields->text("c") == "1.0");
  CHECK(*in.fields->text("d") == "true");
  CHECK((*in.fields->text("e")).empty());
  CHECK(in.messages() ==
        "1:5 field \"a\" must be a string, found the number 8443\n"
        "1:14 field \"b\" must be a string, found the bool yes\n"
        "1:22 field \"c\" must be a string, found the number 1.0\n"
        "1:30 field \"d\" must be a string, found the bool true\n"
        "1:39 field \"e\" must be a string, found a list\n");
  CHECK(in.findings[0].help == "quote it: \"8443\"");
  CHECK(in.findings[4].help.empty());
  CHECK(in.findings[0].rule.id == "EGR0119");
}

TEST_CASE("fields: numbers are integers, and a quoted one is a finding but counts") {
  const Mapping in("{a: 443, b: -5, c: 443.0, d: \"8443\", e: 1.5, f: many}");
  CHECK(*in.fields->number("a") == 443);
  CHECK(*in.fields->number("b") == -5);
  CHECK(*in.fields->number("c") == 443);
  CHECK(in.messages().empty());
  CHECK(*in.fields->number("d") == 8443);
  CHECK(*in.fields->number("e") == 0);
  CHECK(*in.fields->number("f") == 0);
  CHECK(in.messages() ==
        "1:30 field \"d\" must be an integer, found the string \"8443\"\n"
        "1:41 field \"e\" must be an integer, found the number 1.5\n"
        "1:49 field \"f\" must be an integer, found the string \"many\"\n");
}

TEST_CASE("fields: flags take the bools of YAML 1.1, but no strings") {
  const Mapping in("{a: true, b: False, c: yes, d: off, e: \"true\", f: 1}");
  CHECK(*in.fields->flag("a"));
  CHECK_FALSE(*in.fields->flag("b"));
  CHECK(*in.fields->flag("c"));
  CHECK_FALSE(*in.fields->flag("d"));
  CHECK(in.messages().empty());
  CHECK(*in.fields->flag("e"));
  CHECK_FALSE(*in.fields->flag("f"));
  CHECK(in.messages() ==
        "1:40 field \"e\" must be true or false, found the string \"true\"\n"
        "1:51 field \"f\" must be true or false, found the number 1\n");
}

TEST_CASE("fields: durations are strings with units") {
  const Mapping in("{a: 1h30m, b: 10, c: soon}");
  CHECK(*in.fields->duration("a") == std::chrono::minutes(90));
  CHECK(*in.fields->duration("b") == std::chrono::seconds(0));
  CHECK(*in.fields->duration("c") == std::chrono::seconds(0));
  CHECK(in.messages() ==
        "1:15 field \"b\" must be a duration such as \"1h30m\" or \"10s\", found the number 10\n"
        "1:22 field \"c\" must be a duration such as \"1h30m\" or \"10s\", "
        "found the string \"soon\"\n");
}

TEST_CASE("fields: an int-or-string is either, but no bool") {
  const Mapping in("{a: 8443, b: tls, c: \"8443\", d: true}");
  CHECK(in.fields->int_or_string("a")->number == 8443);
  CHECK(in.fields->int_or_string("a")->is_number);
  CHECK(in.fields->int_or_string("b")->text == "tls");
  CHECK_FALSE(in.fields->int_or_string("c")->is_number);
  CHECK(in.messages().empty());
  static_cast<void>(in.fields->int_or_string("d"));
  CHECK(in.messages() == "1:33 field \"d\" must be an integer or a string, found the bool true\n");
}

TEST_CASE("fields: a null counts as absent and points at its key") {
  const Mapping in("a:\nb: ~\nc: {d: null}\n");
  CHECK_FALSE(in.fields->has("a"));
  const Text a = in.fields->text("a");
  CHECK_FALSE(a.present());
  CHECK(at(a) == "1:1");
  CHECK(a.range == a.key);
  CHECK_FALSE(in.fields->texts("b").present());
  const auto c = in.fields->object("c", [](const Fields& inner) { return inner.number("d"); });
  CHECK(c.present());
  CHECK_FALSE(c.value.present());
  CHECK(at(c.value) == "3:5");
  CHECK(in.messages().empty());
}

TEST_CASE("fields: a plain tilde in a list of strings is a null that was meant as a word") {
  const Mapping in("exportTo: [~, .]");
  const Texts list = in.fields->texts("exportTo");
  REQUIRE(list->size() == 2);
  CHECK(*(*list)[0] == "~");
  CHECK(*(*list)[1] == ".");
  CHECK(in.messages() == "1:12 field \"exportTo[0]\" must be a string, found null\n");
  CHECK(in.findings[0].help == "quote it: \"~\"");
}

TEST_CASE("fields: wrong types deep inside name the whole path and stop nothing") {
  const Mapping in(
      "spec:\n"
      "  servers:\n"
      "  - port: {number: x, name: 5}\n"
      "    hosts: a\n"
      "  - http\n");
  struct Inner {
    Number number;
    Text name;
    Texts hosts;
  };
  const auto read = [](const Fields& server) {
    const auto port = server.object("port", [](const Fields& p) {
      return Inner{p.number("number"), p.text("name"), {}};
    });
    return Inner{port->number, port->name, server.texts("hosts")};
  };
  const auto spec =
      in.fields->object("spec", [&](const Fields& f) { return f.objects("servers", read); });
  REQUIRE(spec.value->size() == 2);
  CHECK(*(*spec.value)[0]->name == "5");
  CHECK(in.messages() ==
        "3:20 field \"spec.servers[0].port.number\" must be an integer, found the string \"x\"\n"
        "3:29 field \"spec.servers[0].port.name\" must be a string, found the number 5\n"
        "4:12 field \"spec.servers[0].hosts\" must be a list, found the string \"a\"\n"
        "5:5 field \"spec.servers[1]\" must be a mapping, found the string \"http\"\n");
  CHECK(in.findings[0].field == "spec.servers[0].port.number");
}

TEST_CASE("fields: maps keep the order and the places of names and values") {
  const Mapping in("labels: {b: x, a: '1', n: }\nports: {tls: 443, http: eighty}");
  const TextMap labels = in.fields->text_map("labels");
  REQUIRE(labels->size() == 3);
  CHECK(labels->entries[0].name == "b");
  CHECK(at(labels->entries[1].entry) == "1:19");
  CHECK(at(labels->entries[1].entry.key) == "1:16");
  CHECK((*labels->entries[2].entry).empty());
  CHECK(labels->find("c") == nullptr);
  CHECK(in.messages().empty());
  CHECK(**in.fields->number_map("ports")->find("tls") == 443);
  CHECK(in.messages() ==
        "2:25 field \"ports.http\" must be an integer, found the string \"eighty\"\n");
}

TEST_CASE("fields: words of an enum are exact, and any other is Unknown with its text") {
  enum class Mode { Simple, Mutual, Unknown };
  constexpr Word<Mode> kWords[] = {{"SIMPLE", Mode::Simple}, {"MUTUAL", Mode::Mutual}};
  const Mapping in("{a: MUTUAL, b: mutual}");
  CHECK(*in.fields->choice("a", kWords) == Mode::Mutual);
  CHECK(*in.fields->choice("b", kWords) == Mode::Unknown);
  CHECK(in.fields->choice("b", kWords).text() == "mutual");
  CHECK(*in.fields->choice("c", kWords) == Mode::Simple);
  CHECK(in.messages().empty());
}

TEST_CASE("fields: a reader's questions can be listed without a document") {
  std::set<std::string> asked;
  Diagnostics findings;
  ReadContext context{.diagnostics = findings, .resource = {}, .asked = &asked};
  const yaml::Node nothing;
  static_cast<void>(read_body(Kind::PeerAuthentication, Fields(nothing, context)));
  CHECK(asked == std::set<std::string>{"spec", "spec.selector", "spec.selector.matchLabels",
                                       "spec.selector.matchLabels{}", "spec.mtls", "spec.mtls.mode",
                                       "spec.portLevelMtls", "spec.portLevelMtls{}.mode"});
  CHECK(findings.empty());
}

}  // namespace egressctl::resource
