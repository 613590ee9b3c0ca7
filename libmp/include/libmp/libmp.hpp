// The whole library. Each header below also stands alone.
#pragma once

#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>
#include <libmp/timeout.hpp>
