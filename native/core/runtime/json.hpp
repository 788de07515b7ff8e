// JSON text crosses the boundary; this is how the core reads its options: by name, typed, with errors that name the field.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/error.hpp"

namespace mlabel {

/// Keeps the order of its keys: clients read meaning from it.
using Json = nlohmann::ordered_json;

/// Parses text from the boundary. Throws InvalidInput with the position of the first mistake.
Json parseJson(const std::string& text);

/// The arguments of one spec, `{ "name": "Spacingd", "keys": ["image"], "pixdim": [1, 1, 1] }`.
/// Reading an argument marks it as known; `finish` rejects what nobody read, so that a misspelt name is an error.
class Args {
 public:
  /// `owner` is what errors call the spec, usually its name. `object` must be a JSON object and must outlive this.
  Args(std::string owner, const Json& object);

  bool has(const std::string& name) const;

  /// The argument, or `fallback` when absent or null. Throws InvalidInput naming owner and field on a wrong type.
  template <class T>
  T get(const std::string& name, const T& fallback) const {
    const Json* value = find(name);
    return value == nullptr || value->is_null() ? fallback : convert<T>(name, *value);
  }

  /// The argument; throws InvalidInput when it is absent.
  template <class T>
  T require(const std::string& name) const {
    const Json* value = find(name);
    if (value == nullptr || value->is_null()) missing(name);
    return convert<T>(name, *value);
  }

  /// A list, or a single value meant as a list of one (MONAI's `keys="image"`).
  template <class T>
  std::vector<T> list(const std::string& name, const std::vector<T>& fallback = {}) const {
    const Json* value = find(name);
    if (value == nullptr || value->is_null()) return fallback;
    if (!value->is_array()) return {convert<T>(name, *value)};
    return convert<std::vector<T>>(name, *value);
  }

  /// One of a few words, for example a mode.
  std::string choice(const std::string& name, std::initializer_list<const char*> choices,
                     const std::string& fallback) const;

  /// Throws InvalidInput for the first argument that was never asked for ("name" is always known).
  void finish() const;

  const std::string& owner() const { return owner_; }

  /// Throws InvalidInput "<owner>: <field> <what>".
  [[noreturn]] void invalid(const std::string& name, const std::string& what) const;

 private:
  template <class T>
  T convert(const std::string& name, const Json& value) const {
    // The library's own conversion cuts 4.5 to 4 and takes true for 1.
    if (!fits<T>(value)) invalid(name, "has the wrong type: " + value.dump());
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception&) {
      invalid(name, "has the wrong type: " + value.dump());
    }
  }

  /// Whether a value is what T can hold without loss, in lists to every element.
  template <class T>
  static bool fits(const Json& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Json>) {
      return true;
    } else if constexpr (std::is_integral_v<T>) {
      if (!value.is_number_integer()) return false;
      if (value.is_number_unsigned()) return std::in_range<T>(value.get<uint64_t>());
      return std::in_range<T>(value.get<int64_t>());
    } else if constexpr (std::is_floating_point_v<T>) {
      return value.is_number();
    } else if constexpr (requires { typename T::value_type; } && !std::is_same_v<T, std::string>) {
      return !value.is_array() || std::all_of(value.begin(), value.end(),
                                              [](const Json& each) { return fits<typename T::value_type>(each); });
    } else {
      return true;
    }
  }

  const Json* find(const std::string& name) const;
  [[noreturn]] void missing(const std::string& name) const;

  std::string owner_;
  const Json& object_;
  mutable std::set<std::string> known_;
};

}  // namespace mlabel
