// Durations, under the name that the readers of this folder use.
#pragma once

#include "lib/base/duration.h"

namespace egressctl::resource {

using egressctl::parse_duration;

}  // namespace egressctl::resource
