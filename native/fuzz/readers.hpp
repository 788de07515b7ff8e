// What is fuzzed: each reader takes any bytes and must answer or throw an Error that is not Internal.
#pragma once

#include <string>
#include <string_view>

namespace mlabel::fuzz {

using Bytes = std::string_view;

/// Images and labels, by content: NIfTI and NRRD alike.
void readImageBytes(Bytes bytes);
/// A pickle alone, and as the data.pkl of an archive that has three storages.
void readPickleBytes(Bytes bytes);
/// The directory of a zip archive.
void readZipBytes(Bytes bytes);
/// A whole weight file, zip or legacy.
void readWeightBytes(Bytes bytes);

/// Runs the reader of that name (`npm run fuzz -- <name>`); false when there is none.
bool runReader(const std::string& name, Bytes bytes);

/// Makes `bytes` a file for as long as the next call; returns its path.
std::string asFile(Bytes bytes);

}  // namespace mlabel::fuzz
