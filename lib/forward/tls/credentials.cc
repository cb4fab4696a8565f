#include "lib/forward/tls/credentials.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

namespace egressctl::forward {
namespace {

Result<std::string> read_all(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                fmt::format("can't read {}: {}", path, std::strerror(errno)));
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

}  // namespace

Result<Credentials> read_credentials(const CredentialPaths& paths) {
  struct stat status {};
  if (!paths.key.empty() && ::stat(paths.key.c_str(), &status) == 0) {
    // A group's reading is let pass for root's files: Kubernetes mounts secrets so (fsGroup).
    constexpr mode_t kOthers = S_IRWXO | S_IWGRP | S_IXGRP;
    const bool group_reads = (status.st_mode & S_IRGRP) != 0 && status.st_uid != 0;
    if ((status.st_mode & kOthers) != 0 || group_reads)
      return fail(ErrorCode::Usage,
                  fmt::format("{} is a private key that others may read (mode {:04o}); run: chmod "
                              "600 {}",
                              paths.key, status.st_mode & 07777, paths.key));
  }
  Credentials out;
  for (const auto& [path, text] :
       {std::pair(&paths.certificates, &out.certificates), std::pair(&paths.key, &out.key),
        std::pair(&paths.authorities, &out.authorities)}) {
    auto read = read_all(*path);
    if (!read) return tl::unexpected(read.error());
    *text = std::move(*read);
  }
  return out;
}

}  // namespace egressctl::forward
