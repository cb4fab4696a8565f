#include "lib/yaml/load.h"

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "lib/base/text.h"
#include "lib/yaml/scan.h"
#include "lib/yaml/tree_builder.h"

namespace egressctl::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Lets a parser read memory without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT: streambuf wants it; never written
    setg(begin, begin, begin + text.size());
  }
};

SourceRange at_byte(const Source& source, std::size_t at, std::size_t size = 1) {
  const std::size_t end = std::min(at + size, source.text().size());
  return {&source, static_cast<std::uint32_t>(std::min(at, end)), static_cast<std::uint32_t>(end)};
}

bool is_marker(std::string_view text, std::size_t at, std::string_view marker) {
  if (text.substr(at, marker.size()) != marker) return false;
  const std::size_t next = at + marker.size();
  return next == text.size() || text[next] == ' ' || text[next] == '\t' || text[next] == '\n' ||
         text[next] == '\r';
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::string_view line = text.substr(at, text.find('\n', at) - at);
  const std::size_t end = at + std::min(line.find('\r'), line.size());
  if (end == text.size()) return end;
  return text.substr(end, 2) == "\r\n" ? end + 2 : end + 1;
}

// The offsets at which documents begin. A line that starts with `---` begins one, whatever stands
// before it (YAML 1.2, 9.1.2): that is why a broken document can't take the next ones with it.
// Directives (`%YAML`) belong to the document behind them.
std::vector<std::size_t> document_starts(std::string_view text, std::size_t begin) {
  std::vector<std::size_t> starts{begin};
  bool only_directives = true;
  for (std::size_t at = begin; at < text.size(); at = next_line(text, at)) {
    const char first = text[at];
    const bool marker = first == '-' && is_marker(text, at, "---");
    if (marker && !only_directives) starts.push_back(at);
    if (marker) only_directives = false;
    if (first == '.' && is_marker(text, at, "...")) {
      // Directives may follow; they begin the next document.
      starts.push_back(next_line(text, at));
      only_directives = true;
    } else if (first != '%' && first != '#' && first != '\n' && first != '\r') {
      only_directives = false;
    }
  }
  return starts;
}

// The offset of a tab in the indentation of the line that holds `at`, or npos.
std::size_t indenting_tab(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.find_last_of('\n', at - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t first = text.find_first_not_of(" \t", start);
  const std::size_t tab = text.find('\t', start);
  return tab < std::min(first, text.size()) ? tab : std::string_view::npos;
}

// yaml-cpp's words, and better ones for what people run into most.
std::string syntax_message(std::string message) {
  static constexpr std::pair<std::string_view, std::string_view> kBetter[] = {
      {"illegal map value", "\":\" where no key can be: is the indentation right?"},
      {"end of map not found", "the mapping does not go on like this: \"key: value\" was expected"},
      {"end of sequence not found", "the list does not go on like this: \"- \" was expected"},
      {"end of sequence flow not found", "\"[\" is never closed"},
      {"illegal flow end", "this bracket closes nothing"},
      {"end of map flow not found", "\"{\" is never closed"},
  };
  for (const auto& [theirs, ours] : kBetter)
    if (message == theirs) return std::string(ours);
  if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z')
    message[0] = static_cast<char>(message[0] - 'A' + 'a');
  return message;
}

// Reads the documents of one chunk of the source.
class ChunkReader {
 public:
  ChunkReader(const Source& source, Diagnostics& diagnostics, const Limits& limits,
              std::vector<Document>& documents)
      : source_(source), diagnostics_(diagnostics), limits_(limits), documents_(documents) {}

  void read(std::size_t begin, std::size_t end) {
    const std::string_view chunk = source_.text().substr(begin, end - begin);
    ViewBuffer buffer(chunk);
    std::istream stream(&buffer);
    TreeBuilder builder(source_, begin, limits_, diagnostics_, documents_);
    const std::size_t found = diagnostics_.size();
    try {
      YAML::Parser parser(stream);
      // On a stray token yaml-cpp reads empty documents without end, all at the same place.
      std::size_t last = std::string_view::npos;
      while (parser.HandleNextDocument(builder)) {
        if (builder.start() == last) {
          diagnostics_.report(kYamlSyntax, at_byte(source_, last), "\"{}\" was not expected here",
                              source_.text().substr(last, 1));
          break;
        }
        last = builder.start();
      }
    } catch (const YAML::Exception& e) {
      // The tree's builder tells of what is too deep before yaml-cpp gives up on it.
      const bool explained = diagnostics_.size() > found;
      if (!explained) complain(chunk, begin, e);
    }
  }

 private:
  void complain(std::string_view chunk, std::size_t begin, const YAML::Exception& e) {
    const std::size_t action = first_template_action(chunk);
    if (action != std::string_view::npos) {
      diagnostics_
          .report(kUnrenderedTemplate, at_byte(source_, begin + action, 2),
                  "\"{{{{\" looks like an unrendered Helm template")
          .help("render it first: helm template CHART | egressctl ...");
      return;
    }
    const std::size_t at = e.mark.is_null() ? 0 : static_cast<std::size_t>(std::max(e.mark.pos, 0));
    const std::size_t tab = indenting_tab(chunk, std::min(at, chunk.size()));
    if (tab != std::string_view::npos)
      diagnostics_.report(kYamlSyntax, at_byte(source_, begin + tab),
                          "tab used for indentation, YAML takes spaces alone");
    else
      diagnostics_.report(kYamlSyntax, at_byte(source_, begin + at), "{}", syntax_message(e.msg));
  }

  const Source& source_;
  Diagnostics& diagnostics_;
  const Limits& limits_;
  std::vector<Document>& documents_;
};

// Control characters that YAML does not take even when quoted (YAML 1.2, 5.1).
std::size_t first_control(std::string_view text) {
  const auto bad = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  };
  const auto found = std::find_if(text.begin(), text.end(), bad);
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

// Where reading has to stop because of bytes that no reader takes; the text's end when nowhere.
std::size_t check_bytes(const Source& source, Diagnostics& diagnostics) {
  const std::string_view text = source.text();
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    diagnostics.report(kNotUtf8, at_byte(source, 0), "this is UTF-16, UTF-8 was expected")
        .help("convert it: iconv -f UTF-16 -t UTF-8");
    return 0;
  }
  const std::size_t invalid = first_invalid_utf8(text).value_or(text.size());
  const std::size_t control = std::min(first_control(text), text.size());
  if (invalid < text.size() && invalid <= control)
    diagnostics.report(kNotUtf8, at_byte(source, invalid), "byte 0x{:02X} is not UTF-8",
                       static_cast<unsigned char>(text[invalid]));
  else if (control < text.size())
    diagnostics
        .report(kYamlSyntax, at_byte(source, control), "control character 0x{:02X}",
                static_cast<unsigned char>(text[control]))
        .help("write it as an escape in double quotes, or remove it");
  return std::min(invalid, control);
}

}  // namespace

std::vector<SourceRange> split(const Source& source, Diagnostics& diagnostics) {
  std::vector<SourceRange> parts;
  const std::string_view text = source.text();
  const std::size_t end = check_bytes(source, diagnostics);
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (end < begin) return parts;
  std::vector<std::size_t> starts = document_starts(text, begin);
  starts.push_back(text.size());
  for (std::size_t i = 0; i + 1 < starts.size() && starts[i + 1] <= end; ++i)
    parts.push_back({&source, static_cast<std::uint32_t>(starts[i]),
                     static_cast<std::uint32_t>(starts[i + 1])});
  return parts;
}

std::vector<Document> load_part(SourceRange part, Diagnostics& diagnostics, const Limits& limits) {
  std::vector<Document> documents;
  ChunkReader(*part.source, diagnostics, limits, documents).read(part.begin, part.end);
  return documents;
}

std::vector<Document> load(const Source& source, Diagnostics& diagnostics, const Limits& limits) {
  std::vector<Document> documents;
  ChunkReader reader(source, diagnostics, limits, documents);
  for (const SourceRange& part : split(source, diagnostics)) reader.read(part.begin, part.end);
  return documents;
}

}  // namespace egressctl::yaml
