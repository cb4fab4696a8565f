#include "cli/line_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace egressctl::cli {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

}  // namespace

void LineReader::Close::operator()(std::FILE* file) const {
  if (file != stdin) std::fclose(file);
}

LineReader::LineReader(std::string name, File file)
    : name_(std::move(name)), file_(std::move(file)) {}

Result<LineReader> LineReader::open(const std::string& path) {
  if (path == "-") return LineReader("<stdin>", File(stdin));
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    return fail(ErrorCode::Io, fmt::format("{} is a folder; name a log", path));
  File file(std::fopen(path.c_str(), "rb"));
  if (!file)
    return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                fmt::format("can't read {}: {}", path, std::strerror(errno)));
  return LineReader(path, std::move(file));
}

// As much as there is: a pipe is not waited for until a whole chunk is there.
bool LineReader::fill() {
  buffer_.resize(kChunk);
  ssize_t size = 0;
  do size = ::read(fileno(file_.get()), buffer_.data(), buffer_.size());
  while (size < 0 && errno == EINTR);
  failed_ = size < 0;
  at_ = 0;
  buffer_.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return !buffer_.empty();
}

bool LineReader::next(std::string& line) {
  line.clear();
  bool any = false;
  while (at_ < buffer_.size() || fill()) {
    any = true;
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    line.append(buffer_, at_, std::min(end - at_, kMaxLine - line.size()));
    at_ = end + 1;
    if (end < buffer_.size()) return true;
  }
  return any;
}

Result<void> LineReader::finish() const {
  if (failed_) return fail(ErrorCode::Io, fmt::format("can't read all of {}", name_));
  return {};
}

}  // namespace egressctl::cli
