#include "lib/envoy/message_table.h"

#include <string>

#include <doctest/doctest.h>

#include "lib/envoy/table_reader.h"

namespace egressctl::envoy {
namespace {

TEST_CASE("message table: fields have their types, bounds and marks") {
  const MessageType* cluster = find_message("envoy.config.cluster.v3.Cluster");
  REQUIRE(cluster != nullptr);
  const Field* name = cluster->find("name");
  REQUIRE(name != nullptr);
  CHECK(name->type == FieldType::String);
  CHECK(name->required);
  const Field* timeout = cluster->find("connectTimeout");
  REQUIRE(timeout != nullptr);
  CHECK(timeout->name == "connect_timeout");
  CHECK(timeout->type == FieldType::Duration);
  CHECK(timeout->minimum == 0);
  CHECK(timeout->above_minimum);
  const Field* policy = cluster->find("lb_policy");
  REQUIRE(policy != nullptr);
  REQUIRE(policy->words_of != nullptr);
  CHECK(policy->words_of->name == "envoy.config.cluster.v3.Cluster.LbPolicy");
  CHECK(cluster->was_removed("tls_context"));
  CHECK_FALSE(cluster->was_removed("tls"));
  CHECK(cluster->find("tls_context") == nullptr);
}

TEST_CASE("message table: every message of the table is whole") {
  CHECK(all_messages().size() > 1000);
  for (const MessageType* message : all_messages()) {
    CAPTURE(message->name);
    CHECK(find_message(message->name) == message);
    for (const Field& field : message->fields) {
      CAPTURE(field.name);
      CHECK((field.type == FieldType::Message) == (field.message != nullptr));
      CHECK((field.type == FieldType::Enum) == (field.words_of != nullptr));
      CHECK(field.oneof <= message->oneofs.size());
      CHECK(message->find(field.name) == &field);
    }
  }
}

TEST_CASE("message table: types of version 2 lead to those of version 3") {
  const MessageType* inspector =
      successor_of_v2("envoy.config.filter.listener.tls_inspector.v2.TlsInspector");
  REQUIRE(inspector != nullptr);
  CHECK(inspector->name == "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector");
  CHECK(successor_of_v2("envoy.config.cluster.v3.Cluster") == nullptr);
}

TEST_CASE("message table: a name is spelt in two ways") {
  CHECK(is_spelling_of("server_names", "server_names"));
  CHECK(is_spelling_of("serverNames", "server_names"));
  CHECK(is_spelling_of("http2ProtocolOptions", "http2_protocol_options"));
  CHECK_FALSE(is_spelling_of("servernames", "server_names"));
  CHECK_FALSE(is_spelling_of("serverName", "server_names"));
  CHECK_FALSE(is_spelling_of("server_Names", "server_names"));
  CHECK_FALSE(is_spelling_of("", "name"));
}

TEST_CASE("message table: the notation is read as it is described") {
  Table table;
  const std::string text =
      "# a comment\n"
      "package a.v3\n"
      "message Outer was a.v2.Outer\n"
      "  oneof! one two\n"
      "  removed three four\n"
      "  one: Outer.Inner\n"
      "  two: b.v3.Other deprecated\n"
      "  many!: [string] 2..8\n"
      "  by_number: {uint32 Outer.Inner}\n"
      "  size: uint32? >0..<10 or-zero\n"
      "  scheme: string in=http|https non-empty\n"
      "message Outer.Inner\n"
      "enum Outer.Word A C=2 D\n"
      "package b.v3\n"
      "message Other\n"
      "  word: a.v3.Outer.Word disallowed\n";
  REQUIRE(table.read(text));
  REQUIRE(table.link());
  const MessageType* outer = table.message("a.v3.Outer");
  REQUIRE(outer != nullptr);
  CHECK(table.by_v2_name("a.v2.Outer") == outer);
  CHECK(outer->find("one")->message == table.message("a.v3.Outer.Inner"));
  CHECK(outer->find("one")->oneof == 1);
  CHECK(outer->find("two")->message == table.message("b.v3.Other"));
  CHECK(outer->find("two")->deprecated);
  CHECK(outer->find("many")->required);
  CHECK(outer->find("many")->shape == Shape::List);
  CHECK(outer->find("many")->maximum == 8);
  CHECK(outer->find("by_number")->shape == Shape::Map);
  CHECK(outer->find("by_number")->message == table.message("a.v3.Outer.Inner"));
  CHECK(outer->find("size")->wrapped);
  CHECK(outer->find("size")->or_zero);
  CHECK(outer->find("size")->below_maximum);
  CHECK(outer->find("scheme")->words == "http|https");
  CHECK(outer->was_removed("four"));
  const Field* word = table.message("b.v3.Other")->find("word");
  REQUIRE(word->words_of != nullptr);
  CHECK(word->disallowed);
  CHECK(word->words_of->values[1].number == 2);
  CHECK(word->words_of->values[2].number == 3);
}

TEST_CASE("message table: a malformed line is told by its number") {
  Table table;
  const auto done = table.read("package a\nmessage B\n  c: string what\n");
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "line 3: what is \"what\"?");
  Table other;
  REQUIRE(other.read("package a\nmessage B\n  c: Nowhere\n"));
  CHECK_FALSE(other.link());
}

}  // namespace
}  // namespace egressctl::envoy
