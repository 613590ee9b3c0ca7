#include "squaring.hpp"

int squared(int number) { return number * number; }
