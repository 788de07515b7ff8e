// Telling a file from the one that stood there before.
#pragma once

#include <optional>
#include <string>

namespace mlabel {

/// Changes whenever the file is replaced or written to: device, inode, size, time of the last change. Nothing where there
/// is no file; throws Io where that cannot be found out.
std::optional<std::string> fileIdentity(const std::string& path);

}  // namespace mlabel
