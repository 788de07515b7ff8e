#include "training/run_folder.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "runtime/atomic_file.hpp"

namespace mlabel {
namespace {

namespace fs = std::filesystem;

const std::string checkpointPrefix = "checkpoint_epoch=";
const std::string checkpointSuffix = ".pt";
const std::string finalName = "checkpoint_final.pt";

void makeFolder(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorCode::Io, folder.string() + ": " + error.message());
}

void writeText(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

/// The checkpoints in a folder by their epoch.
std::map<int64_t, fs::path> checkpointsByEpoch(const fs::path& folder) {
  std::map<int64_t, fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(checkpointPrefix) || !name.ends_with(checkpointSuffix)) continue;
    int64_t epoch = 0;
    const char* end = name.data() + name.size() - checkpointSuffix.size();
    const auto [stop, bad] = std::from_chars(name.data() + checkpointPrefix.size(), end, epoch);
    if (bad == std::errc() && stop == end) found[epoch] = entry.path();
  }
  return found;
}

}  // namespace

RunFolder::RunFolder(const TrainOptions& options)
    : folder_(options.runFolder),
      runId_(options.runId),
      publishPath_(options.publishPath),
      statsPath_(options.statsPath),
      checkpointsKept_(options.checkpointsKept) {
  makeFolder(folder_);
  makeFolder(fs::path(publishPath_).parent_path());
  makeFolder(fs::path(statsPath_).parent_path());
}

void RunFolder::publish(const StateDict& weights) const {
  writeStateDict(path("model.pt"), weights);
  writeStateDict(publishPath_, weights);
}

void RunFolder::saveCheckpoint(int64_t epoch, const Checkpoint& checkpoint) const {
  writeCheckpoint(path(checkpointPrefix + std::to_string(epoch) + checkpointSuffix), checkpoint);
  std::map<int64_t, fs::path> kept = checkpointsByEpoch(folder_);
  std::error_code error;
  while (static_cast<int64_t>(kept.size()) > checkpointsKept_) {
    fs::remove(kept.begin()->second, error);
    kept.erase(kept.begin());
  }
}

void RunFolder::saveFinal(const Checkpoint& checkpoint) const { writeCheckpoint(path(finalName), checkpoint); }

std::vector<std::string> RunFolder::checkpoints() const {
  std::vector<fs::path> found{path(finalName)};
  for (const auto& [epoch, file] : checkpointsByEpoch(folder_)) found.push_back(file);
  std::erase_if(found, [](const fs::path& file) { return !fs::exists(file); });
  std::ranges::sort(found, std::greater(), [](const fs::path& file) { return fs::last_write_time(file); });
  return {found.begin(), found.end()};
}

void RunFolder::writeStats(const Json& stats) const {
  const std::string text = stats.dump(2) + "\n";
  writeText(path("stats_" + runId_ + ".json"), text);
  writeText(statsPath_, text);
}

}  // namespace mlabel
