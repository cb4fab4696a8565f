// Rules on regular expressions, wherever a manifest has one.
#pragma once

#include "lib/lint/rule.h"

namespace egressctl::lint::rules {

extern const Rule kRegexTooLarge;      // EGR0180
extern const Rule kRegexNeverMatches;  // EGR0181

}  // namespace egressctl::lint::rules
