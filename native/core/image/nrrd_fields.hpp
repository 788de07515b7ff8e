// The text of an NRRD header, taken apart.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlabel {

/// Fields by their names in lower case ("space directions"); key/value pairs (`:=`) are left out.
using NrrdFields = std::map<std::string, std::string>;

NrrdFields parseNrrdFields(const std::string& text);

/// The field under the first of these spellings that there is, "" without any.
std::string nrrdField(const NrrdFields& fields, std::initializer_list<const char*> spellings);

/// The parts between blanks; "(1, 0, 0)" is one of them although it has blanks in it.
std::vector<std::string> nrrdWords(const std::string& text);

/// Also "+1.0", "2." and "nan"; nothing where the text is no number.
std::optional<double> nrrdNumber(std::string text);

/// The shortest text that reads as this number again.
std::string nrrdText(double value);

/// "(1,0,0)" → its numbers; nothing for "none" and "(nan,nan,nan)". Throws InvalidFile.
std::optional<std::vector<double>> nrrdVector(const std::string& text, const std::string& path);

std::string lowerCase(std::string text);

}  // namespace mlabel
