// The text of a float as Python prints it: shortest digits that give the same double back.
#pragma once

#include <string>

namespace mp::serial {

// "0.1", "1e+16", "-inf", "nan"; whole numbers end in ".0".
std::string float_text(double value);

}  // namespace mp::serial
